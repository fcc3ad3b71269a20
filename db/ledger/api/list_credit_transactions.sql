-- The transactions of a customer's credit, newest first, for customer service.
-- Errors: account_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_credit_transactions(
    account_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.transaction_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM ledger.require_account(list_credit_transactions.account_id);
    RETURN api.render_transaction_page(list_credit_transactions.account_id, 'credit', list_credit_transactions."limit",
                                       list_credit_transactions.cursor);
END $$;

COMMENT ON FUNCTION api.list_credit_transactions IS
'The transactions of a customer''s credit

Newest first, each with its reason, the person, the balance before and after, and its order if there is one.';

GRANT EXECUTE ON FUNCTION api.list_credit_transactions TO app_support;
