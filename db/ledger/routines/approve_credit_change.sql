-- Approves and books a change of credit, once. Neither the person who requested it (a constraint checks that) nor the
-- customer may approve.
-- Callers:   api.decide_credit_change.
-- Locks:     the credit change, then the customer's credit account.
-- Errors:    credit_change_not_found 404, credit_change_decided, approval_by_requester, insufficient_funds,
--            account_closed 409, own_credit 403.
CREATE OR REPLACE FUNCTION ledger.approve_credit_change(change_id uuid)
RETURNS ledger.credit_changes
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_change  ledger.credit_changes := ledger.lock_pending_credit_change(approve_credit_change.change_id);
    v_account CONSTANT identity.accounts := ledger.require_account(v_change.account_id);
BEGIN
    IF v_account.id = identity.current_actor() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'own_credit',
            MESSAGE = 'You cannot change your own credit.',
            HINT = 'Ask a colleague.';
    END IF;
    IF v_change.kind = 'grant' AND v_account.status = 'closed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'account_closed', MESSAGE = 'This account is closed.';
    END IF;
    UPDATE ledger.credit_changes AS c
    SET decided_by = identity.current_actor(), decided_at = now()
    WHERE c.id = v_change.id;
    UPDATE ledger.credit_changes AS c
    SET status = 'completed',
        transfer_id = ledger.post_credit(c.kind, c.account_id, c.amount, c.currency, c.reason, c.metadata)
    WHERE c.id = v_change.id
    RETURNING c.* INTO STRICT v_change;
    PERFORM ledger.record_credit_change(v_change);
    RETURN v_change;
END $$;

GRANT EXECUTE ON FUNCTION ledger.approve_credit_change TO store_api;
