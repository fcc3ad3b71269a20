-- For a merchant's own SQL role. A barrier: no function of the reader's sees a row or a value before it is masked or left out.
CREATE OR REPLACE VIEW report.my_products WITH (security_barrier) AS
SELECT p.id AS product_id, p.kind, p.category_id, p.sku, p.name, p.weight, p.tax_category, s.on_hand, s.reserved, p.deleted_at, p.created_at
FROM catalog.products AS p LEFT JOIN catalog.stock_levels AS s ON s.product_id = p.id
WHERE p.merchant_id = (SELECT identity.sql_account());

COMMENT ON VIEW report.my_products IS 'Your products and bundles with their stock.';
GRANT SELECT ON report.my_products TO app_merchant_sql;
