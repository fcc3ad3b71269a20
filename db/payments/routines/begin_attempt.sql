-- Creates an attempt to pay an order or to deposit into the wallet, with its idempotency key for the gateway, before
-- the gateway is called. Wallet and credit pay at once, except credit for an order that a carrier must accept first.
-- Manual payments (cash, bank transfer) wait until support confirms them. The order and its stock wait as long, but
-- only if the account's e-mail is verified: anybody can sign up with any address, and would hold the stock for days.
-- return_url has been checked by the caller.
-- Callers:   api.begin_payment, api.begin_deposit.
-- Locks:     those of mark_payment_completed (wallet, credit). The caller holds the order.
-- Errors:    provider_not_available 422, wallet_locked 409, those of require_payable, mark_payment_completed and
--            fulfilment.hold_credit.
CREATE OR REPLACE FUNCTION payments.begin_attempt(
    account_id uuid, order_id uuid, provider text, amount bigint, currency text, expires_at timestamptz,
    return_url text DEFAULT NULL
)
RETURNS payments.payments
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_deposit  CONSTANT boolean := begin_attempt.order_id IS NULL;
    v_provider payments.providers;
    v_verified CONSTANT boolean :=
        (SELECT a.email_verified FROM identity.accounts AS a WHERE a.id = begin_attempt.account_id);
    v_payment  payments.payments;
    v_carrier  text;
    v_request  uuid;
BEGIN
    -- A test gateway takes no money, so it is refused in production. A wallet is filled from outside only.
    SELECT * INTO v_provider FROM payments.providers AS p WHERE p.name = begin_attempt.provider AND p.enabled;
    IF NOT FOUND OR v_provider.test_only AND identity.is_production()
        OR v_deposit AND NOT v_provider.takes_deposits
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'provider_not_available',
            MESSAGE = 'This provider is not available.', HINT = 'Choose another provider.';
    END IF;
    IF v_provider.kind = 'gateway' THEN
        PERFORM payments.require_payable(v_provider.name, begin_attempt.currency, begin_attempt.amount);
    END IF;
    IF v_deposit OR v_provider.source_account = 'wallet' THEN
        PERFORM ledger.require_unlocked_wallet(begin_attempt.account_id);
    END IF;

    -- The key that this request has claimed. A session can set another's id, but row security hides its row.
    SELECT k.id INTO v_request FROM messaging.idempotency_keys AS k
    WHERE k.id = nullif(current_setting('app.idempotency_id', true), '')::uuid AND k.answer IS NULL;
    INSERT INTO payments.payments AS p (order_id, purpose, account_id, provider, capture_method, status, amount,
                                        currency, request_key, return_url, expires_at, check_at)
    SELECT begin_attempt.order_id, CASE WHEN v_deposit THEN 'deposit' ELSE 'order' END,
           begin_attempt.account_id, v_provider.name,
           CASE WHEN v_deposit THEN 'automatic' ELSE v_provider.capture_method END,
           CASE v_provider.kind WHEN 'manual' THEN 'open' ELSE 'initiated' END, begin_attempt.amount,
           begin_attempt.currency, v_request,
           begin_attempt.return_url,
           CASE WHEN v_provider.kind = 'manual' AND v_verified THEN now() + s.manual_payment_time_to_live
                WHEN v_provider.kind = 'manual'
                    THEN least(begin_attempt.expires_at, now() + s.manual_payment_time_to_live)
                ELSE least(begin_attempt.expires_at, now() + s.payment_time_to_live) END,
           -- The process that calls the gateway may die in between; the worker then asks the gateway with the same key.
           CASE v_provider.kind WHEN 'gateway' THEN now() + interval '2 minutes' END
    FROM sales.settings AS s
    RETURNING p.* INTO STRICT v_payment;
    PERFORM messaging.record_event('payment.initiated', v_payment.order_id, v_payment.account_id,
                                   payments.payment_data(v_payment, v_payment.status));

    IF v_provider.kind = 'internal' THEN
        IF v_provider.source_account = 'credit' THEN
            v_carrier := fulfilment.booking_carrier(v_payment.order_id, v_payment.amount);
        END IF;
        IF v_carrier IS NULL THEN
            PERFORM payments.mark_payment_completed(v_payment.id, v_payment.amount, v_payment.currency);
        ELSE
            PERFORM fulfilment.hold_credit(v_payment.id, v_carrier);
        END IF;
        SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_payment.id;
    ELSIF v_provider.kind = 'manual' THEN
        IF v_provider.to_bank_account THEN
            PERFORM payments.instruct_transfer(v_payment);
        END IF;
        -- A manual payment takes days; the goods stay reserved as long, or until the order expires as any other.
        UPDATE sales.orders AS o SET expires_at = greatest(o.expires_at, v_payment.expires_at), version = o.version + 1
        WHERE o.id = v_payment.order_id AND v_payment.amount = o.total - o.amount_paid;
    END IF;
    RETURN v_payment;
END $$;

GRANT EXECUTE ON FUNCTION payments.begin_attempt TO store_api;
