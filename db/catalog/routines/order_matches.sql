-- Products that a search found, best first: those with a rank from `lowest` and below `below`, after the one with the
-- given rank and id (NULL: all).
-- Callers:   rank_products.
-- Plans:     always generic: planning took longer than execution.
CREATE OR REPLACE FUNCTION catalog.order_matches(
    ids uuid[], terms catalog.search_terms, lowest real, below real, key text, after uuid, categories uuid[],
    merchant uuid, attributes jsonpath
)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_query CONSTANT tsquery := (terms).query;
BEGIN
    RETURN ARRAY(
        SELECT r.id
        FROM (
            SELECT p.id, catalog.search_rank(p.name_key, p.search, order_matches.terms) AS rank
            FROM catalog.products AS p
            WHERE p.id = ANY (order_matches.ids) AND p.deleted_at IS NULL AND p.parent_id IS NULL
              AND p.kind <> 'bundle'
              AND p.search @@ v_query
              AND (categories IS NULL OR p.category_id = ANY (categories))
              AND (order_matches.merchant IS NULL OR p.merchant_id = order_matches.merchant)
              AND (order_matches.attributes IS NULL OR p.attributes @@ order_matches.attributes)
            OFFSET 0    -- ranked once, not at each reference
        ) AS r
        WHERE r.rank >= lowest AND r.rank < below AND (after IS NULL OR (r.rank, r.id) < (key::real, after))
        ORDER BY r.rank DESC, r.id DESC);
END $$;

GRANT EXECUTE ON FUNCTION catalog.order_matches TO store_api;
