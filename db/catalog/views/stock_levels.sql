-- The stock of each product, whether it is split or not. The view checks its reader's own rights, so that it can be
-- inlined; functions are created before views, so its first copy is in db/migrations/0024.hot_rows.sql.
CREATE OR REPLACE VIEW catalog.stock_levels WITH (security_invoker) AS
SELECT s.product_id,
       s.on_hand + CASE WHEN s.split_at IS NULL THEN 0
           ELSE (SELECT coalesce(sum(p.on_hand), 0)::bigint
                 FROM catalog.stock_parts AS p
                 WHERE p.product_id = s.product_id) END AS on_hand,
       s.reserved + CASE WHEN s.split_at IS NULL THEN 0
           ELSE (SELECT coalesce(sum(p.reserved), 0)::bigint
                 FROM catalog.stock_parts AS p
                 WHERE p.product_id = s.product_id) END AS reserved
FROM catalog.stock AS s;

COMMENT ON VIEW catalog.stock_levels IS
'The stock of each product, whether it is split or not. Read-only; catalog.*_stock writes it.';
GRANT SELECT ON catalog.stock_levels TO store_api;
