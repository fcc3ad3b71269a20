-- The notes of staff about an order, newest first.
-- Errors: order_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_order_notes(
    order_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.order_note_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_order_notes.cursor);
    v_rows   api.order_note[];
BEGIN
    IF NOT EXISTS (SELECT FROM sales.orders AS o WHERE o.id = list_order_notes.order_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
    SELECT array_agg(ROW(n.id, n.author_id, n.text, n.created_at)::api.order_note ORDER BY n.id DESC)
    INTO v_rows
    FROM (
        SELECT * FROM sales.order_notes AS m
        WHERE m.order_id = list_order_notes.order_id AND m.id < v_before
        ORDER BY m.id DESC LIMIT list_order_notes."limit" + 1
    ) AS n;
    RETURN ROW(coalesce(v_rows[1:list_order_notes."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_order_notes."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('id', (v_rows[list_order_notes."limit"]).id)
                    ) END)::api.order_note_page;
END $$;

COMMENT ON FUNCTION api.list_order_notes IS
'The notes about an order

Newest first. Only staff can read them, and the customer in an export of their data (`POST /account/export`). A note is
added by `PATCH /admin/orders/{order_id}`.';

GRANT EXECUTE ON FUNCTION api.list_order_notes TO app_support;
