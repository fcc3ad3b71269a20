-- depends: 0024.hot_rows
-- The answer to an order of three lines has 2 KB, where PostgreSQL begins to compress and to move values out of their row, and it lives for a day:
-- up to a page it stays as it is, where it is.
ALTER TABLE messaging.idempotency_keys ALTER COLUMN answer SET STORAGE EXTERNAL;
ALTER TABLE messaging.idempotency_keys SET (toast_tuple_target = 8160);
