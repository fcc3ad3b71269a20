-- Raises an error if an order is on hold. What a carrier reports about a parcel is recorded all the same.
-- Callers:   make_shipment, set_status, api.ship_order. The caller holds the order.
-- Errors:    order_on_hold 409.
CREATE OR REPLACE FUNCTION fulfilment.require_released(order_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_reason CONSTANT text := (SELECT o.hold_reason FROM sales.orders AS o WHERE o.id = require_released.order_id);
BEGIN
    IF v_reason IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_on_hold',
            MESSAGE = 'This order is on hold, so it cannot be shipped.',
            HINT = 'Release the order first: POST /admin/orders/{order_id}/release.',
            DETAIL = json_build_object('hold_reason', v_reason)::text;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.require_released TO store_api;
