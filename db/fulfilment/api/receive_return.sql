-- Receives the parcel of a return, once: refunds the pieces that arrived and, by default, restocks them.
-- Locks:  order, return, the order's lines, stock rows in product order, payments, ledger accounts.
-- Errors: confirmation_required, own_account_refused 403; return_not_found, order_item_not_found 404;
--         return_transition_refused, received_above_announced, payment_disputed 409; line_twice_in_return, return_empty
--         422.
CREATE FUNCTION api.receive_return(
    return_id uuid, items api.return_receipts DEFAULT NULL, restock boolean DEFAULT true
)
RETURNS api.order_return
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor      CONSTANT uuid := identity.authenticate();
    v_all        CONSTANT boolean := coalesce(receive_return.restock, true);
    v_ids        uuid[];
    v_quantities integer[];
    v_restock    boolean[];
BEGIN
    PERFORM identity.require_fresh();
    IF receive_return.items IS NULL THEN
        SELECT array_agg(i.order_item_id), array_agg(i.quantity), array_agg(v_all) INTO STRICT v_ids,
               v_quantities, v_restock
        FROM fulfilment.return_items AS i WHERE i.return_id = receive_return.return_id;
    ELSE
        SELECT array_agg(i.order_item_id), array_agg(i.quantity::integer), array_agg(coalesce(i.restock, v_all))
        INTO STRICT v_ids, v_quantities, v_restock FROM unnest(receive_return.items) AS i;
    END IF;
    PERFORM fulfilment.receive_return(receive_return.return_id, v_ids, v_quantities, v_restock);
    RETURN api.render_return(r) FROM fulfilment.returns AS r WHERE r.id = receive_return.return_id;
END $$;

COMMENT ON FUNCTION api.receive_return IS
'Receive a return

The return must be approved; it is received once. `items` are the pieces that arrived, by default all that were
announced; unlisted pieces did not arrive. Their price is refunded through the payments of the order, and they are
restocked unless `restock` is false for all or for a line. The return becomes `refunded` when the refunds are
completed.';

GRANT EXECUTE ON FUNCTION api.receive_return TO app_support;
