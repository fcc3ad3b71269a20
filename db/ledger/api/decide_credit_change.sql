-- Approves or rejects a pending change of credit, as its second person. It is decided once.
-- Locks:  the credit change, then the customer's credit account.
-- Errors: confirmation_required 403; credit_change_not_found 404, credit_change_decided, approval_by_requester,
--         insufficient_funds, account_closed 409, own_account_refused 403.
CREATE FUNCTION api.decide_credit_change(change_id uuid, decision api.credit_decision DEFAULT 'approve')
RETURNS api.credit_change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_fresh();
    RETURN api.render_credit_change(CASE decide_credit_change.decision
        WHEN 'reject' THEN ledger.reject_credit_change(decide_credit_change.change_id)
        ELSE ledger.approve_credit_change(decide_credit_change.change_id)
    END);
END $$;

COMMENT ON FUNCTION api.decide_credit_change IS
'Approve or reject a change of credit

Also a gift card, a deposit and a refund by hand that wait for a second person: approving does what was requested.
Neither the person who requested it nor the customer may decide it. `decision` is `approve` (the default) or `reject`.';

GRANT EXECUTE ON FUNCTION api.decide_credit_change TO app_support;
