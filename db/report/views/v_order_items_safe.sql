-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_order_items_safe WITH (security_barrier) AS
SELECT i.id AS order_item_id, i.order_id, i.merchant_id, i.product_id, i.bundle, i.sku, i.name, i.quantity,
       i.unit_price, i.discount, i.tax, i.tax_rate, i.tax_included, i.total, i.amount_refunded, i.quantity_refunded,
       i.created_at
FROM sales.order_items AS i;

COMMENT ON VIEW report.v_order_items_safe IS 'Order lines: product, merchant and price.';
GRANT SELECT ON report.v_order_items_safe TO app_readonly;
