-- Approves or rejects a return. The pieces of a rejected return may be announced again.
-- Callers:   api.approve_return, api.reject_return.
-- Locks:     order, return, the order's lines.
-- Errors:    own_account_refused 403; return_not_found 404, return_transition_refused 409.
CREATE OR REPLACE FUNCTION fulfilment.decide_return(return_id uuid, status text, rejection_reason text DEFAULT NULL)
RETURNS fulfilment.returns
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_return fulfilment.returns := fulfilment.lock_return(decide_return.return_id);
BEGIN
    PERFORM identity.refuse_own_account(v_return.account_id);
    IF v_return.status = decide_return.status THEN
        RETURN v_return;    -- a repeated request
    END IF;
    UPDATE fulfilment.returns AS r
    SET status = decide_return.status, rejection_reason = decide_return.rejection_reason,
        decided_by = identity.current_actor(), version = r.version + 1
    WHERE r.id = v_return.id RETURNING r.* INTO STRICT v_return;
    IF v_return.status = 'rejected' THEN
        PERFORM fulfilment.count_line(i.order_item_id, announced => -i.quantity)
        FROM fulfilment.return_items AS i
        WHERE i.return_id = v_return.id;
    END IF;
    PERFORM fulfilment.record_return_event(v_return);
    RETURN v_return;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.decide_return TO store_api;
