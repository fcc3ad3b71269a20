-- Restocks the pieces of a partly shipped order that have not left and are in no parcel that is about to. They no
-- longer have to be shipped.
-- Callers:   api.create_refund.
-- Locks:     the order's lines, stock rows in product order. The caller holds the order.
CREATE OR REPLACE FUNCTION fulfilment.restock_rest(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_ids        uuid[];
    v_quantities integer[];
BEGIN
    SELECT array_agg(i.id ORDER BY i.id),
           array_agg(i.quantity - i.quantity_shipped - i.quantity_withdrawn ORDER BY i.id)
    INTO STRICT v_ids, v_quantities
    FROM sales.order_items AS i
    WHERE i.order_id = restock_rest.order_id AND i.quantity > i.quantity_shipped + i.quantity_withdrawn;
    IF v_ids IS NOT NULL THEN
        PERFORM fulfilment.withdraw_pieces(restock_rest.order_id, v_ids, v_quantities);
        PERFORM payments.restock_order(restock_rest.order_id, v_ids, v_quantities);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.restock_rest TO store_api;
