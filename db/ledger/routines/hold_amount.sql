-- The first of two phases: holds an amount of the debited account for the credited one. It stays in the balance but is
-- not available until post_hold() moves it (or a part of it) or void_hold() releases it.
-- Callers:   payments.request_payout, freeze_shares, record_refund (deposits), fulfilment.hold_credit.
-- Locks:     the debited account.
-- Errors:    insufficient_funds 409, currency_mismatch 409.
-- Definer:   no other code may write to the ledger.
CREATE OR REPLACE FUNCTION ledger.hold_amount(
    debit uuid, credit uuid, amount bigint, kind text,
    order_id uuid DEFAULT NULL, payment_id uuid DEFAULT NULL, refund_id uuid DEFAULT NULL, reason text DEFAULT NULL
)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_currency CONSTANT text := ledger.common_currency(hold_amount.debit, hold_amount.credit);
    v_balance bigint;
    v_id      uuid;
BEGIN
    v_balance := ledger.change_balance(hold_amount.debit, 0, hold_amount.amount);
    INSERT INTO ledger.transfers AS t (debit_account, credit_account, amount, currency, kind, phase, order_id,
                                       payment_id, refund_id, actor_id, reason, debit_balance)
    VALUES (hold_amount.debit, hold_amount.credit, hold_amount.amount, v_currency, hold_amount.kind, 'pending',
            hold_amount.order_id, hold_amount.payment_id, hold_amount.refund_id, identity.current_actor(),
            hold_amount.reason, v_balance)
    RETURNING t.id INTO v_id;
    IF hold_amount.kind = 'dispute' AND hold_amount.order_id IS NOT NULL THEN
        PERFORM ledger.change_order_earnings(hold_amount.order_id, hold_amount.debit, -hold_amount.amount);
    END IF;
    RETURN v_id;
END $$;

GRANT EXECUTE ON FUNCTION ledger.hold_amount TO store_api;
