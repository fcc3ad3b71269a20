-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_order_items_safe WITH (security_barrier) AS
SELECT i.id AS order_item_id, i.order_id, i.merchant_id, i.product_id, i.bundle, i.sku, i.name, i.quantity,
       i.unit_price, i.discount, i.tax, i.tax_rate, i.tax_included, i.total, i.amount_refunded, i.quantity_refunded,
       i.created_at, o.currency, c.minor_units AS currency_exponent
FROM sales.order_items AS i
JOIN sales.orders AS o ON o.id = i.order_id
LEFT JOIN catalog.currencies AS c ON c.code = o.currency;

COMMENT ON VIEW report.v_order_items_safe IS 'Order lines: product, merchant and price.';
COMMENT ON COLUMN report.v_order_items_safe.order_item_id IS 'The line.';
COMMENT ON COLUMN report.v_order_items_safe.order_id IS 'The order: report.v_orders_safe.';
COMMENT ON COLUMN report.v_order_items_safe.merchant_id IS 'The account of the merchant.';
COMMENT ON COLUMN report.v_order_items_safe.product_id IS
'What was bought, a product or a bundle: report.v_products_safe.';
COMMENT ON COLUMN report.v_order_items_safe.bundle IS 'Whether it is a bundle.';
COMMENT ON COLUMN report.v_order_items_safe.sku IS 'The stock keeping unit.';
COMMENT ON COLUMN report.v_order_items_safe.name IS 'The name, as it was when it was bought.';
COMMENT ON COLUMN report.v_order_items_safe.quantity IS 'Units.';
COMMENT ON COLUMN report.v_order_items_safe.unit_price IS 'Minor units, a unit.';
COMMENT ON COLUMN report.v_order_items_safe.discount IS 'Minor units: the line''s part of the order''s discount.';
COMMENT ON COLUMN report.v_order_items_safe.tax IS 'Minor units.';
COMMENT ON COLUMN report.v_order_items_safe.tax_rate IS 'Per cent.';
COMMENT ON COLUMN report.v_order_items_safe.tax_included IS 'Whether the price includes the tax.';
COMMENT ON COLUMN report.v_order_items_safe.total IS 'Minor units: the line with discount and tax.';
COMMENT ON COLUMN report.v_order_items_safe.amount_refunded IS 'Minor units, given back so far.';
COMMENT ON COLUMN report.v_order_items_safe.quantity_refunded IS 'Units, given back so far.';
COMMENT ON COLUMN report.v_order_items_safe.created_at IS 'When it was made.';
COMMENT ON COLUMN report.v_order_items_safe.currency IS 'ISO 4217: of the order.';
COMMENT ON COLUMN report.v_order_items_safe.currency_exponent IS
'How many digits minor units are: amount / 10 ^ currency_exponent is in whole units.';
GRANT SELECT ON report.v_order_items_safe TO app_readonly;
