-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS payments.payments_in_flight;
DROP INDEX CONCURRENTLY IF EXISTS sales.orders_refunded;
DROP INDEX CONCURRENTLY IF EXISTS sales.orders_partly_paid;
DROP INDEX CONCURRENTLY IF EXISTS sales.orders_unpaid;
DROP INDEX CONCURRENTLY IF EXISTS sales.orders_fulfilment;
