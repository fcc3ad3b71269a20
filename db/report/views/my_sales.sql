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
GRANT SELECT ON report.my_sales TO app_merchant_sql;
