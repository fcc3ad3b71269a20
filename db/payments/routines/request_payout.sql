-- Requests money to be sent: a customer's from the wallet, a merchant's from the earnings. It is held until
-- mark_payout_completed or mark_payout_failed ends the payout.
-- Callers:   api.request_withdrawal, api.request_payout.
-- Locks:     the wallet, or the earnings with all parts of their balance.
-- Errors:    those of require_payee; insufficient_funds, negative_balance, wallet_locked, deposit_on_hold 409.
CREATE OR REPLACE FUNCTION payments.request_payout(account_id uuid, source text, amount bigint, currency text)
RETURNS payments.payouts
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_from   CONSTANT uuid := ledger.open_account(request_payout.source, request_payout.currency,
                                                  owner_id => request_payout.account_id);
    v_free   bigint := ledger.lock_available(v_from);
    v_kind   CONSTANT text := CASE request_payout.source WHEN 'wallet' THEN 'withdrawal' ELSE 'payout' END;
    v_bank   CONSTANT uuid := payments.require_payee(request_payout.account_id, request_payout.source);
    v_fresh  record;
    v_payout payments.payouts;
BEGIN
    -- Checked while this transaction holds the wallet, as ledger.lock_wallet does: either we see the lock, or it waits
    -- for us.
    IF request_payout.source = 'wallet' THEN
        PERFORM ledger.require_unlocked_wallet(request_payout.account_id);
    END IF;
    -- Earnings are a balance in parts that no constraint can check, so it is checked here. Read again, because only a
    -- query that began after the lock sees the balance and what is pending of it at one moment.
    IF request_payout.source = 'earnings' THEN
        SELECT e.available INTO STRICT v_free
        FROM ledger.read_earnings(request_payout.account_id) AS e WHERE e.currency = request_payout.currency;
    END IF;
    IF request_payout.amount > v_free THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'insufficient_funds',
            MESSAGE = 'There is not enough money in this account.',
            DETAIL = json_build_object('available', v_free)::text;
    END IF;
    IF request_payout.source = 'wallet' THEN
        -- Orders are paid with the oldest money, so that what is fresh stays here.
        SELECT * INTO STRICT v_fresh FROM payments.deposits_on_hold(request_payout.account_id, request_payout.currency);
        IF request_payout.amount > v_free - v_fresh.amount THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'deposit_on_hold',
                MESSAGE = 'Recent deposits cannot be withdrawn yet.',
                HINT = 'You can pay for orders with them. `withdrawable` is what can be withdrawn now.',
                DETAIL = json_build_object('withdrawable', greatest(0, v_free - v_fresh.amount),
                                           'all_from', v_fresh.free_at)::text;
        END IF;
    -- What is owed in one currency is not left behind by being paid out in another.
    ELSIF EXISTS (SELECT FROM ledger.read_balances(request_payout.account_id, 'earnings') AS b WHERE b.balance < 0)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'negative_balance',
            MESSAGE = 'You owe the shop money in another currency.',
            HINT = 'Payouts are possible again when later sales have paid that debt.';
    END IF;

    INSERT INTO payments.payouts AS p (account_id, source, amount, currency, bank_account_id, hold_id)
    VALUES (request_payout.account_id, request_payout.source, request_payout.amount, request_payout.currency, v_bank,
            ledger.hold_amount(v_from, ledger.open_account('payout', request_payout.currency),
                               request_payout.amount, v_kind))
    RETURNING p.* INTO STRICT v_payout;
    PERFORM messaging.enqueue_job('settle_payout', jsonb_build_object('payout_id', v_payout.id));
    PERFORM payments.record_payout_event(v_payout, 'requested');
    RETURN v_payout;
END $$;

GRANT EXECUTE ON FUNCTION payments.request_payout TO store_api;
