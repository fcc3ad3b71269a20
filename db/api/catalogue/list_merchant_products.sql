-- The caller's own products, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_merchant_products(currency api.currency DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.product_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_merchant_products.cursor);
    v_rows   api.product[];
BEGIN
    SELECT array_agg(api.render_product(p, list_merchant_products.currency) ORDER BY p.id DESC) INTO v_rows
    FROM (
        SELECT * FROM catalog.products AS o
        WHERE o.merchant_id = v_actor AND o.deleted_at IS NULL AND o.kind = 'product' AND o.id < v_before
        ORDER BY o.id DESC LIMIT list_merchant_products."limit" + 1
    ) AS p;
    RETURN ROW(coalesce(v_rows[1:list_merchant_products."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_merchant_products."limit"
                    THEN messaging.encode_cursor(jsonb_build_object('id', (v_rows[list_merchant_products."limit"]).id)) END)::api.product_page;
END $$;

COMMENT ON FUNCTION api.list_merchant_products IS
'List your own products

Newest first.';

GRANT EXECUTE ON FUNCTION api.list_merchant_products TO app_merchant;
