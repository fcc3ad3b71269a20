-- The stock movements of one of the caller's products, newest first.
-- Errors: product_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_stock_movements(
    product_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.stock_movement_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_stock_movements.cursor);
    v_rows   api.stock_movement[];
BEGIN
    IF NOT EXISTS (SELECT FROM catalog.products AS p
                   WHERE p.id = list_stock_movements.product_id AND p.merchant_id = v_actor) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found',
            MESSAGE = 'There is no such product.';
    END IF;
    SELECT array_agg(ROW(m.id, m.kind, m.on_hand_delta, m.reserved_delta, m.order_id, m.reason, m.actor_id,
                         m.created_at)::api.stock_movement
                     ORDER BY m.id DESC)
    INTO v_rows
    FROM (
        SELECT * FROM catalog.stock_movements AS n
        WHERE n.product_id = list_stock_movements.product_id AND n.id < v_before
        ORDER BY n.id DESC LIMIT list_stock_movements."limit" + 1
    ) AS m;
    RETURN ROW(coalesce(v_rows[1:list_stock_movements."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_stock_movements."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('id', (v_rows[list_stock_movements."limit"]).id)
                    ) END)::api.stock_movement_page;
END $$;

COMMENT ON FUNCTION api.list_stock_movements IS
'The stock movements of a product

Newest first.';

GRANT EXECUTE ON FUNCTION api.list_stock_movements TO app_merchant;
