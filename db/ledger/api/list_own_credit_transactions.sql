-- The transactions of the caller's credit, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_own_credit_transactions("limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.transaction_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_transaction_page(v_actor, 'credit', list_own_credit_transactions."limit",
                                       list_own_credit_transactions.cursor);
END $$;

COMMENT ON FUNCTION api.list_own_credit_transactions IS
'The transactions of your credit

Newest first, each with its reason, the balance before and after, and its order if there is one.';

GRANT EXECUTE ON FUNCTION api.list_own_credit_transactions TO app_customer;
