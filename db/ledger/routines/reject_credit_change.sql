-- Rejects a pending change of credit. Nothing is booked.
-- Callers:   api.decide_credit_change.
-- Locks:     the credit change.
-- Errors:    credit_change_not_found 404, credit_change_decided, approval_by_requester 409, own_account_refused
--            403.
CREATE OR REPLACE FUNCTION ledger.reject_credit_change(change_id uuid)
RETURNS ledger.credit_changes
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_change ledger.credit_changes := ledger.lock_pending_credit_change(reject_credit_change.change_id);
BEGIN
    PERFORM identity.refuse_own_account(v_change.account_id);    -- of a deduction, it would be to their advantage
    IF v_change.kind = 'gift_card' THEN
        PERFORM ledger.decide_gift_card(v_change.gift_card_id, false);
    END IF;
    UPDATE ledger.credit_changes AS c SET status = 'rejected', decided_by = identity.current_actor(), decided_at = now()
    WHERE c.id = v_change.id
    RETURNING c.* INTO STRICT v_change;
    PERFORM ledger.record_credit_change(v_change);
    RETURN v_change;
END $$;

GRANT EXECUTE ON FUNCTION ledger.reject_credit_change TO store_api;
