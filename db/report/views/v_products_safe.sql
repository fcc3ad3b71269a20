-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed. The stock is summed here, as in catalog.stock_levels, which checks the reader's own rights.
CREATE OR REPLACE VIEW report.v_products_safe WITH (security_barrier) AS
SELECT p.id AS product_id, p.merchant_id, p.kind, p.category_id, p.sku, p.name, p.weight, p.tax_category,
       s.on_hand + coalesce(t.on_hand, 0) AS on_hand, s.reserved + coalesce(t.reserved, 0) AS reserved, p.deleted_at,
       p.created_at
FROM catalog.products AS p
LEFT JOIN catalog.stock AS s ON s.product_id = p.id
LEFT JOIN (SELECT x.product_id, sum(x.on_hand)::bigint AS on_hand, sum(x.reserved)::bigint AS reserved
           FROM catalog.stock_parts AS x GROUP BY x.product_id) AS t ON t.product_id = p.id;

COMMENT ON VIEW report.v_products_safe IS 'Products and bundles with their stock.';
COMMENT ON COLUMN report.v_products_safe.product_id IS 'The product or bundle.';
COMMENT ON COLUMN report.v_products_safe.merchant_id IS 'The account of the merchant.';
COMMENT ON COLUMN report.v_products_safe.kind IS
'product, bundle, or parent: a product with options, which is not sold itself.';
COMMENT ON COLUMN report.v_products_safe.category_id IS 'The category; null: none.';
COMMENT ON COLUMN report.v_products_safe.sku IS 'The stock keeping unit.';
COMMENT ON COLUMN report.v_products_safe.name IS 'The name of the product or bundle.';
COMMENT ON COLUMN report.v_products_safe.weight IS 'Grams; null: unknown.';
COMMENT ON COLUMN report.v_products_safe.tax_category IS 'How it is taxed.';
COMMENT ON COLUMN report.v_products_safe.on_hand IS 'Units in stock; null: a bundle.';
COMMENT ON COLUMN report.v_products_safe.reserved IS 'Of those, units that orders hold; null: a bundle.';
COMMENT ON COLUMN report.v_products_safe.deleted_at IS 'When it was taken out of the catalogue; null: it is there.';
COMMENT ON COLUMN report.v_products_safe.created_at IS 'When it was made.';
GRANT SELECT ON report.v_products_safe TO app_readonly;
