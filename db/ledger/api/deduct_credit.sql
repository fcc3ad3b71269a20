-- Takes credit from a customer, never below zero. Above the currency's limit or a daily sum it waits for the approval
-- of a second person.
-- Locks:  the customer's credit account.
-- Errors: confirmation_required 403; account_not_found 404, own_account_refused 403, currency_unknown 422,
--         insufficient_funds 409.
CREATE FUNCTION api.deduct_credit(
    account_id uuid, amount api.amount, currency api.currency, reason api.short_text,
    metadata api.metadata DEFAULT NULL
)
RETURNS api.credit_change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_fresh();
    RETURN api.render_credit_change(ledger.change_credit(
        'deduction', deduct_credit.account_id, deduct_credit.amount, deduct_credit.currency, deduct_credit.reason,
        deduct_credit.metadata));
END $$;

COMMENT ON FUNCTION api.deduct_credit IS
'Deduct credit

Credit never goes below zero. Up to the currency''s limit and the daily sums of POST /credits/grants the deduction is
made at once (`completed`); above them, it waits for the approval of a second person (`pending`).
The customer sees `reason`; only staff see `metadata`.';

GRANT EXECUTE ON FUNCTION api.deduct_credit TO app_support;
