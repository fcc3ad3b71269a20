-- Requests a payout of the calling merchant's earnings: holds the amount now; a person sends it.
-- Locks:  the merchant's earnings.
-- Errors: currency_unknown 422; account_suspended, merchant_not_approved 403; bank_account_missing, negative_balance,
--         insufficient_funds 409.
CREATE FUNCTION api.request_payout(amount api.amount, currency api.currency)
RETURNS api.payout
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM catalog.require_currency(request_payout.currency);
    RETURN api.render_payout(
        payments.request_payout(v_actor, 'earnings', request_payout.amount, request_payout.currency)
    );
END $$;

COMMENT ON FUNCTION api.request_payout IS
'Request a payout

The amount is held now and leaves the balance when it has been sent; if sending fails, it is available again. It cannot
exceed `available`. The shop has to have approved you, and the money goes to the bank account that you have stored.';

GRANT EXECUTE ON FUNCTION api.request_payout TO app_merchant;
