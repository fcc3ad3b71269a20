-- For a merchant's own SQL role. A security barrier: no function of the reader sees a row or value before it is masked
-- or removed. The stock is summed here, as in catalog.stock_levels, which checks the reader's own rights.
CREATE OR REPLACE VIEW report.my_products WITH (security_barrier) AS
SELECT p.id AS product_id, p.kind, p.category_id, p.sku, p.name, p.weight, p.tax_category,
       s.on_hand + coalesce(t.on_hand, 0) AS on_hand, s.reserved + coalesce(t.reserved, 0) AS reserved, p.deleted_at,
       p.created_at
FROM catalog.products AS p
LEFT JOIN catalog.stock AS s ON s.product_id = p.id
LEFT JOIN (SELECT x.product_id, sum(x.on_hand)::bigint AS on_hand, sum(x.reserved)::bigint AS reserved
           FROM catalog.stock_parts AS x GROUP BY x.product_id) AS t ON t.product_id = p.id
WHERE p.merchant_id = (SELECT identity.sql_account());

COMMENT ON VIEW report.my_products IS 'Your products and bundles with their stock.';
COMMENT ON COLUMN report.my_products.product_id IS 'The product or bundle.';
COMMENT ON COLUMN report.my_products.kind IS
'product, bundle, or parent: a product with options, which is not sold itself.';
COMMENT ON COLUMN report.my_products.category_id IS 'The category; null: none.';
COMMENT ON COLUMN report.my_products.sku IS 'The stock keeping unit.';
COMMENT ON COLUMN report.my_products.name IS 'The name of the product or bundle.';
COMMENT ON COLUMN report.my_products.weight IS 'Grams; null: unknown.';
COMMENT ON COLUMN report.my_products.tax_category IS 'How it is taxed.';
COMMENT ON COLUMN report.my_products.on_hand IS 'Units in stock; null: a bundle.';
COMMENT ON COLUMN report.my_products.reserved IS 'Of those, units that orders hold; null: a bundle.';
COMMENT ON COLUMN report.my_products.deleted_at IS 'When you deleted it; null: it is there.';
COMMENT ON COLUMN report.my_products.created_at IS 'When it was made.';
GRANT SELECT ON report.my_products TO app_merchant_sql;
