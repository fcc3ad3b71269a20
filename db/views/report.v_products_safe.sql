-- For analysts (app_readonly). A barrier: no function of the reader's sees a row or a value before it is masked or left out.
CREATE OR REPLACE VIEW report.v_products_safe WITH (security_barrier) AS
SELECT p.id AS product_id, p.merchant_id, p.kind, p.category_id, p.sku, p.name, p.weight, p.tax_category, s.on_hand, s.reserved, p.deleted_at, p.created_at
FROM catalog.products AS p LEFT JOIN catalog.stock_levels AS s ON s.product_id = p.id;

COMMENT ON VIEW report.v_products_safe IS 'Products and bundles with their stock.';
GRANT SELECT ON report.v_products_safe TO app_readonly;
