-- Withdraws money from the caller's wallet: holds it now; a person sends it.
-- Locks:  the wallet.
-- Errors: currency_unknown, withdrawal_below_minimum 422; account_suspended 403; bank_account_missing,
--         insufficient_funds, wallet_locked, deposit_on_hold 409.
CREATE FUNCTION api.request_withdrawal(amount api.amount, currency api.currency)
RETURNS api.payout
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_minimum CONSTANT bigint := (ledger.limits_of(request_withdrawal.currency)).withdrawal_minimum;
BEGIN
    IF request_withdrawal.amount < v_minimum THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'withdrawal_below_minimum',
            MESSAGE = 'The amount is below the smallest withdrawal.',
            HINT = 'Withdraw a larger amount.', DETAIL = json_build_object('minimum', v_minimum)::text;
    END IF;
    RETURN api.render_payout(
        payments.request_payout(v_actor, 'wallet', request_withdrawal.amount, request_withdrawal.currency)
    );
END $$;

COMMENT ON FUNCTION api.request_withdrawal IS
'Withdraw from the wallet

The amount is held now and leaves the wallet when it has been sent; if sending fails, it is available again. It cannot
exceed `available`, and goes to the bank account that you have stored. Deposits through a gateway can be withdrawn after
the shop''s `deposit_hold` (14 days by default); orders can be paid with them at once.';

GRANT EXECUTE ON FUNCTION api.request_withdrawal TO app_customer;
