-- depends: 0024.hot_rows
-- In a transaction of its own: this reads the tables while everybody goes on writing.
ALTER TABLE catalog.stock VALIDATE CONSTRAINT stock_out_of_range;
ALTER TABLE sales.orders VALIDATE CONSTRAINT order_rules;
ALTER TABLE sales.order_items VALIDATE CONSTRAINT line_rules;
ALTER TABLE payments.payments VALIDATE CONSTRAINT payment_rules;
