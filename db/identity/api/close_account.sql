-- Closes the caller's account and erases its personal data.
-- Locks:  cart, orders, the account, its ledger accounts.
-- Errors: confirmation_required 403; account_has_open_orders, account_has_open_payments, account_has_balance,
--         last_admin 409.
CREATE FUNCTION api.close_account()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_fresh();
    PERFORM identity.close_account(v_actor);
END $$;

COMMENT ON FUNCTION api.close_account IS
'Close your account

Needs a log-in or a confirmation within the last ten minutes. Your e-mail, handle, name, addresses and log-ins are
erased, here and in the audit, and every session ends. Orders and the ledger stay under the account''s id, which no
longer leads to you. **Invoices stay as they were issued, with your name and address, as the law requires**, and so
does what payment providers sent about your payments. Refused while there is a balance (wallet, credit, held,
earnings), an order that is not finished (yours, or with your products in it), or a payment or refund under way. It
cannot be undone.';

GRANT EXECUTE ON FUNCTION api.close_account TO app_customer;
