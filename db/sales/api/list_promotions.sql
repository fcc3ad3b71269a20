-- Promotions, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_promotions("limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.promotion_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_promotions.cursor);
    v_rows   api.promotion[];
BEGIN
    SELECT array_agg(api.render_promotion(p) ORDER BY p.id DESC) INTO v_rows
    FROM (SELECT *
          FROM sales.promotions AS o
          WHERE o.id < v_before
          ORDER BY o.id DESC LIMIT list_promotions."limit" + 1) AS p;
    RETURN ROW(coalesce(v_rows[1:list_promotions."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_promotions."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('id', (v_rows[list_promotions."limit"]).id)
                    ) END)::api.promotion_page;
END $$;

COMMENT ON FUNCTION api.list_promotions IS
'List promotions

Newest first, including disabled ones.';

GRANT EXECUTE ON FUNCTION api.list_promotions TO app_support;
