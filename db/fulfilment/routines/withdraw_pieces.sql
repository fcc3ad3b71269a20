-- Decides where restocked pieces come from: first pieces that never left (they no longer have to be shipped), then
-- pieces that came back and were not restocked, then pieces that are out (this records that they came back). Without
-- lines, all pieces that have not been restocked.
-- Callers:   api.create_refund, before payments.restock_order restocks them; restock_rest.
-- Locks:     the order's lines. The caller holds the order.
-- Errors:    pieces_not_here 409 if they are in a parcel that is being booked, or announced as a return.
CREATE OR REPLACE FUNCTION fulfilment.withdraw_pieces(
    order_id uuid, order_item_ids uuid[] DEFAULT NULL, quantities integer[] DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_line record;
    v_here integer;
    v_back integer;
BEGIN
    FOR v_line IN
        SELECT i.*, coalesce(g.quantity, i.quantity - i.quantity_returned) AS wanted, fulfilment.count_out(i.id) AS out
        FROM sales.order_items AS i
        LEFT JOIN unnest(withdraw_pieces.order_item_ids, withdraw_pieces.quantities) AS g (id, quantity) ON g.id = i.id
        WHERE i.order_id = withdraw_pieces.order_id AND (withdraw_pieces.order_item_ids IS NULL OR g.id IS NOT NULL)
        ORDER BY i.id
    LOOP
        v_here := least(v_line.wanted, v_line.quantity - v_line.quantity_shipped - v_line.quantity_withdrawn);
        v_back := greatest(0, v_line.wanted - v_here
            - (v_line.quantity_came_back - (v_line.quantity_returned - v_line.quantity_withdrawn)));
        IF v_back > v_line.out - v_line.quantity_came_back - v_line.quantity_returning THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'pieces_not_here',
                MESSAGE = 'These pieces are already restocked, about to leave in a parcel, or announced as a return.',
                HINT = 'Cancel the shipment, or receive the return.',
                DETAIL = json_build_object('order_item_id', v_line.id, 'restockable', v_line.wanted - v_back
                    + v_line.out - v_line.quantity_came_back - v_line.quantity_returning)::text;
        END IF;
        PERFORM fulfilment.count_line(v_line.id, withdrawn => v_here, came_back => v_back);
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.withdraw_pieces TO store_api;
