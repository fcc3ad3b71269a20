-- transactional: false
-- depends: 0027.answers
-- A shelf by name: without it, each page reads the names of all shelves, or the whole shelf.
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_category_name ON catalog.products (category_id, name, id) WHERE deleted_at IS NULL;
