-- The shipments of an order, newest first: customers see their own, staff see any.
-- Errors: order_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_shipments(
    order_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.shipment_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_shipments.cursor);
    v_rows   api.shipment[];
BEGIN
    IF NOT EXISTS (SELECT FROM sales.orders AS o WHERE o.id = list_shipments.order_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
    SELECT array_agg(api.render_shipment(q) ORDER BY q.id DESC) INTO v_rows
    FROM (
        SELECT * FROM fulfilment.shipments AS s
        WHERE s.order_id = list_shipments.order_id AND s.id < v_before
        ORDER BY s.id DESC LIMIT list_shipments."limit" + 1
    ) AS q;
    RETURN ROW(coalesce(v_rows[1:list_shipments."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_shipments."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('id', (v_rows[list_shipments."limit"]).id)
                    ) END)::api.shipment_page;
END $$;

COMMENT ON FUNCTION api.list_shipments IS
'The shipments of an order

Newest first, with their tracking.';

GRANT EXECUTE ON FUNCTION api.list_shipments TO app_guest;
