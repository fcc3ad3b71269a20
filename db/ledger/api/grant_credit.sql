-- Gives a customer credit. Above the currency's limit or a daily sum it waits for the approval of a second person.
-- Locks:  the customer's credit account.
-- Errors: confirmation_required 403; account_not_found 404, own_account_refused 403, currency_unknown 422,
--         account_closed 409.
CREATE FUNCTION api.grant_credit(
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
        'grant', grant_credit.account_id, grant_credit.amount, grant_credit.currency, grant_credit.reason,
        grant_credit.metadata));
END $$;

COMMENT ON FUNCTION api.grant_credit IS
'Grant credit

Up to the currency''s limit the credit is granted at once (`completed`). Above it, and above what one recipient may get
and one member of staff may give within 24 hours without a second person (settings `daily_limits_per_recipient` and
`daily_limits_per_staff`), it waits for the approval of a second person (`pending`). The customer sees
`reason`; only staff see `metadata`.';

GRANT EXECUTE ON FUNCTION api.grant_credit TO app_support;
