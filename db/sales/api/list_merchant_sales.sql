-- The order lines of the caller's products, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_merchant_sales("limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.sale_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_rows api.sale[];
BEGIN
    SELECT array_agg(ROW(l.*, ARRAY(
        SELECT ROW(f.currency, f.amount)::api.fee_share
        FROM sales.list_fee_shares(l.order_id) AS f WHERE f.order_item_id = l.id ORDER BY f.currency
    ))::api.sale ORDER BY l.id DESC) INTO v_rows
    FROM sales.list_merchant_lines(v_actor, messaging.cursor_before(list_merchant_sales.cursor),
                                   list_merchant_sales."limit" + 1) AS l;
    RETURN ROW(coalesce(v_rows[1:list_merchant_sales."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_merchant_sales."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('id', (v_rows[list_merchant_sales."limit"]).id)
                    ) END)::api.sale_page;
END $$;

COMMENT ON FUNCTION api.list_merchant_sales IS
'List your sales

The order lines of your products, newest first. `fees` says which part of the payment gateways'' fees falls on the line
by its share of the order; the shop bears them, and they do not reduce your earnings.';

GRANT EXECUTE ON FUNCTION api.list_merchant_sales TO app_merchant;
