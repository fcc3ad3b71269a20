-- The caller's own products, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_merchant_products(
    currency api.currency DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.product_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_merchant_products.cursor);
    v_ids    CONSTANT uuid[] := ARRAY(
        SELECT p.id FROM catalog.products AS p
        WHERE p.merchant_id = v_actor AND p.deleted_at IS NULL AND p.kind IN ('product', 'parent')
          AND p.parent_id IS NULL AND p.id < v_before
        ORDER BY p.id DESC LIMIT list_merchant_products."limit" + 1);
    v_rows  api.product[] :=
        api.render_products(v_ids[1:list_merchant_products."limit"], list_merchant_products.currency);
    v_shown integer := list_merchant_products."limit";
BEGIN
    IF pg_column_size(v_rows) > 1048576 THEN
        v_shown := messaging.fit_page(ARRAY(SELECT pg_column_size(r) FROM unnest(v_rows) AS r));
    END IF;
    RETURN ROW(v_rows[1:v_shown],
               CASE WHEN cardinality(v_ids) > v_shown
                    THEN messaging.encode_cursor(jsonb_build_object('id', v_ids[v_shown])) END)::api.product_page;
END $$;

COMMENT ON FUNCTION api.list_merchant_products IS
'List your own products

Newest first. The variants of a product are in its own page, GET /products/{product_id}.';

GRANT EXECUTE ON FUNCTION api.list_merchant_products TO app_merchant;
