-- The second person's answer to a change of credit that waits for it. Exactly one decision counts.
-- Locks:  the credit change, then the customer's credit account.
-- Errors: credit_change_not_found 404, credit_change_decided, approval_by_requester, insufficient_funds, account_closed
--         409, own_credit 403.
CREATE FUNCTION api.decide_credit_change(change_id uuid, decision api.credit_decision DEFAULT 'approve')
RETURNS api.credit_change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_credit_change(CASE decide_credit_change.decision
        WHEN 'reject' THEN ledger.reject_credit_change(decide_credit_change.change_id)
        ELSE ledger.approve_credit_change(decide_credit_change.change_id)
    END);
END $$;

COMMENT ON FUNCTION api.decide_credit_change IS
'Approve or reject a change of credit

By somebody other than who asked for it, and other than the customer. `decision` is `approve` unless it says `reject`.';

GRANT EXECUTE ON FUNCTION api.decide_credit_change TO app_support;
