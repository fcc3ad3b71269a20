-- A promotion as customer service reads it. Not an endpoint.
-- Callers:   api.create_promotion, api.disable_promotion, api.get_promotion, api.list_promotions, api.update_promotion.
CREATE FUNCTION api.render_promotion(p sales.promotions)
RETURNS api.promotion
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    p.id, p.code, p.name, p.kind, p.basis_points, p.amount, p.currency::text, p.minimum, p.cap, p.valid_from,
    p.valid_until, p.scope,
    ARRAY(SELECT x.product_id FROM sales.promotion_products AS x WHERE x.promotion_id = p.id ORDER BY x.product_id),
    ARRAY(SELECT x.category_id FROM sales.promotion_categories AS x WHERE x.promotion_id = p.id ORDER BY x.category_id),
    p.total_uses, p.uses_per_account,
    CASE WHEN p.total_uses IS NOT NULL THEN p.uses
         ELSE (SELECT count(*)
               FROM sales.promotion_uses AS u
               WHERE u.promotion_id = p.id AND u.released_at IS NULL) END,
    p.stackable, p.enabled, p.version, p.created_at
)::api.promotion;
