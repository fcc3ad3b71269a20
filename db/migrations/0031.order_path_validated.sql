-- depends: 0030.order_path
-- In a transaction of its own: this reads the tables while everybody goes on writing.
ALTER TABLE catalog.stock VALIDATE CONSTRAINT stock_rules;
ALTER TABLE catalog.stock_movements VALIDATE CONSTRAINT movement_rules;
