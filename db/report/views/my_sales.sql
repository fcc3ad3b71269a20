-- For a merchant's own SQL role. A security barrier: no function of the reader sees a row or value before it is masked
-- or removed.
CREATE OR REPLACE VIEW report.my_sales WITH (security_barrier) AS
SELECT i.id AS order_item_id, i.order_id, o.number AS order_number, o.status AS order_status, i.product_id,
       i.bundle, i.sku, i.name, i.quantity, o.currency, i.unit_price, i.discount, i.tax, i.total, i.amount_refunded,
       o.created_at, o.paid_at
FROM sales.order_items AS i JOIN sales.orders AS o ON o.id = i.order_id
WHERE i.merchant_id = (SELECT identity.sql_account());

COMMENT ON VIEW report.my_sales IS
'The order lines of your products, with the status of their order and nothing about the buyer. Amounts in minor units.';
COMMENT ON COLUMN report.my_sales.order_item_id IS 'The line of the order.';
COMMENT ON COLUMN report.my_sales.order_id IS 'The order.';
COMMENT ON COLUMN report.my_sales.order_number IS 'The number that the buyer sees.';
COMMENT ON COLUMN report.my_sales.order_status IS 'The status of the order.';
COMMENT ON COLUMN report.my_sales.product_id IS 'What was bought, a product or a bundle: report.my_products.';
COMMENT ON COLUMN report.my_sales.bundle IS 'Whether it is a bundle.';
COMMENT ON COLUMN report.my_sales.sku IS 'The stock keeping unit.';
COMMENT ON COLUMN report.my_sales.name IS 'The name, as it was when it was bought.';
COMMENT ON COLUMN report.my_sales.quantity IS 'Units.';
COMMENT ON COLUMN report.my_sales.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.my_sales.unit_price IS 'Minor units, a unit.';
COMMENT ON COLUMN report.my_sales.discount IS 'Minor units: the line''s part of the order''s discount.';
COMMENT ON COLUMN report.my_sales.tax IS 'Minor units.';
COMMENT ON COLUMN report.my_sales.total IS 'Minor units: the line with discount and tax.';
COMMENT ON COLUMN report.my_sales.amount_refunded IS 'Minor units, given back so far.';
COMMENT ON COLUMN report.my_sales.created_at IS 'When the order was placed.';
COMMENT ON COLUMN report.my_sales.paid_at IS 'When it was paid; null until then.';
GRANT SELECT ON report.my_sales TO app_merchant_sql;
