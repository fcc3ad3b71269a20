-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS catalog.products_category_name;
