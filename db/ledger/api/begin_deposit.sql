-- Begins a payment into the caller's wallet. The balance grows when the money has arrived.
-- Locks:  the wallet.
-- Errors: currency_unknown 422, deposit_out_of_limits 422, balance_above_maximum, too_many_deposits, wallet_locked 409,
--         provider_not_available, return_url_refused 422, those of payments.require_payable 422.
CREATE FUNCTION api.begin_deposit(
    amount api.amount, currency api.currency, provider api.provider, return_url text DEFAULT NULL,
    public_url text DEFAULT NULL
)
RETURNS api.payment_answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_limits  CONSTANT ledger.limits := ledger.limits_of(begin_deposit.currency);
    v_balance bigint;
    v_coming  record;
    v_payment payments.payments;
BEGIN
    IF begin_deposit.amount NOT BETWEEN v_limits.deposit_minimum AND v_limits.deposit_maximum THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'deposit_out_of_limits',
            MESSAGE = 'The amount of this deposit is outside the limits.',
            DETAIL = json_build_object('minimum', v_limits.deposit_minimum, 'maximum', v_limits.deposit_maximum)::text;
    END IF;
    -- Deposits under way count too. The lock lets one request check at a time, so several together cannot pass the
    -- limit.
    PERFORM ledger.lock_available(ledger.open_account('wallet', begin_deposit.currency, owner_id => v_actor));
    -- OFFSET 0: as in cancel_open_payments.
    SELECT coalesce(sum(p.amount), 0)::bigint AS amount, count(*) AS count INTO STRICT v_coming
    FROM (SELECT d.* FROM payments.payments AS d
          WHERE d.account_id = v_actor AND d.purpose = 'deposit' AND d.currency = begin_deposit.currency OFFSET 0) AS p
    WHERE p.status IN ('initiated', 'open', 'authorized', 'processing');
    IF v_coming.count >= 50 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'too_many_deposits',
            MESSAGE = 'Too many deposits are under way.', HINT = 'Cancel one, or wait until one has ended.';
    END IF;
    v_balance := v_coming.amount + coalesce(
        (SELECT b.balance FROM ledger.read_balances(v_actor, 'wallet') AS b WHERE b.currency = begin_deposit.currency),
        0
    );
    IF v_balance + begin_deposit.amount > v_limits.balance_maximum THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'balance_above_maximum',
            MESSAGE = 'With this deposit the wallet would exceed its maximum balance.',
            HINT = 'Deposits that are under way count as well.',
            DETAIL = json_build_object('maximum', v_limits.balance_maximum)::text;
    END IF;

    v_payment := payments.begin_attempt(v_actor, NULL, begin_deposit.provider, begin_deposit.amount,
                                        begin_deposit.currency, 'infinity',
                                        payments.require_return_url(begin_deposit.return_url,
                                                                    begin_deposit.public_url));
    RETURN ROW(api.render_payment(v_payment, v_actor), NULL)::api.payment_answer;
END $$;

COMMENT ON FUNCTION api.begin_deposit IS
'Deposit into the wallet

Begins a payment, through a gateway (the customer pays at `checkout_url`) or by bank transfer (with `instructions`).
The balance grows when the payment completes. `return_url` is as in a payment for an order.';

GRANT EXECUTE ON FUNCTION api.begin_deposit TO app_customer;
