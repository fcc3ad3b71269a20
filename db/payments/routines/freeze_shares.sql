-- Holds the money of a disputed payment, once: each merchant's share of the disputed amount or, for a deposit, as much
-- of it as the wallet has.
-- Callers:   settle_disputes.
-- Locks:     merchants' ledger accounts in id order, or the wallet.
CREATE OR REPLACE FUNCTION payments.freeze_shares(dispute_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_dispute payments.disputes;
    v_payment payments.payments;
    v_share   record;
    v_wallet  uuid;
    v_sales   uuid;
    v_amount  bigint;
BEGIN
    IF EXISTS (SELECT FROM payments.dispute_holds AS h WHERE h.dispute_id = freeze_shares.dispute_id) THEN
        RETURN;
    END IF;
    SELECT * INTO STRICT v_dispute FROM payments.disputes AS d WHERE d.id = freeze_shares.dispute_id;
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_dispute.payment_id;
    v_sales := ledger.open_account('sales', v_payment.captured_currency);
    IF v_payment.purpose = 'deposit' THEN
        v_wallet := ledger.open_account('wallet', v_payment.captured_currency, owner_id => v_payment.account_id);
        v_amount := least(v_dispute.amount, ledger.lock_available(v_wallet));
        IF v_amount > 0 THEN
            INSERT INTO payments.dispute_holds (dispute_id, transfer_id)
            VALUES (v_dispute.id,
                    ledger.hold_amount(v_wallet, v_sales, v_amount, 'dispute', payment_id => v_payment.id));
        END IF;
        RETURN;
    END IF;
    FOR v_share IN
        SELECT s.account_id, div(s.earnings::numeric * v_dispute.amount, o.total)::bigint AS amount
        FROM sales.orders AS o CROSS JOIN LATERAL sales.list_shares(o.id) AS s
        WHERE o.id = v_payment.order_id AND o.paid_at IS NOT NULL AND o.total > 0
        ORDER BY s.account_id
    LOOP
        IF v_share.amount > 0 THEN
            INSERT INTO payments.dispute_holds (dispute_id, transfer_id)
            VALUES (v_dispute.id, ledger.hold_amount(v_share.account_id, v_sales, v_share.amount, 'dispute',
                                                     order_id => v_payment.order_id, payment_id => v_payment.id));
        END IF;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION payments.freeze_shares TO store_api;
