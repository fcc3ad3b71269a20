-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS sales.order_holds_open;
