-- Approves what waits for a second person, and does it, once: a change of credit, a gift card, a deposit or payment
-- confirmed by hand, a refund made by hand. Neither the person who requested it (a constraint checks that) nor the
-- customer may approve.
-- Callers:   api.decide_credit_change.
-- Locks:     those of lock_pending_credit_change, then those of what is done.
-- Errors:    credit_change_not_found 404, credit_change_decided, approval_by_requester, insufficient_funds,
--            account_closed 409, own_account_refused 403; those of mark_payment_completed, mark_refund_completed and
--            settle_refund.
CREATE OR REPLACE FUNCTION ledger.approve_credit_change(change_id uuid)
RETURNS ledger.credit_changes
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_change  ledger.credit_changes := ledger.lock_pending_credit_change(approve_credit_change.change_id);
BEGIN
    PERFORM identity.refuse_own_account(v_change.account_id);
    IF v_change.kind = 'grant' AND (ledger.require_account(v_change.account_id)).status = 'closed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'account_closed', MESSAGE = 'This account is closed.';
    END IF;
    UPDATE ledger.credit_changes AS c
    SET decided_by = identity.current_actor(), decided_at = now()
    WHERE c.id = v_change.id;
    CASE v_change.kind
        WHEN 'gift_card' THEN
            PERFORM ledger.decide_gift_card(v_change.gift_card_id, true);
        WHEN 'deposit', 'payment' THEN
            PERFORM payments.mark_payment_completed(v_change.payment_id, v_change.amount, v_change.currency::text,
                                                    v_change.metadata ->> 'reference');
        WHEN 'refund' THEN
            IF v_change.metadata ? 'method' THEN
                PERFORM payments.settle_refund(v_change.refund_id, v_change.metadata ->> 'method',
                                               v_change.metadata ->> 'reference');
            ELSE
                PERFORM payments.mark_refund_completed(v_change.refund_id, v_change.metadata ->> 'reference');
            END IF;
        ELSE
            v_change.transfer_id := ledger.post_credit(v_change.kind, v_change.account_id, v_change.amount,
                                                       v_change.currency::text, v_change.reason, v_change.metadata);
    END CASE;
    UPDATE ledger.credit_changes AS c SET status = 'completed', transfer_id = v_change.transfer_id
    WHERE c.id = v_change.id
    RETURNING c.* INTO STRICT v_change;
    PERFORM ledger.record_credit_change(v_change);
    RETURN v_change;
END $$;

GRANT EXECUTE ON FUNCTION ledger.approve_credit_change TO store_api;
