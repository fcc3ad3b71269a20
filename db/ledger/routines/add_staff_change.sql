-- Records that a member of staff issued a gift card, confirmed a payment or made a refund by hand: `completed` counts
-- towards the daily sums, `pending` waits for a second person. subject_id is the gift card, payment or refund.
-- Callers:   issue_gift_card, api.confirm_payment, api.confirm_refund, api.settle_refund.
-- Locks:     none; the caller holds what the change is about.
-- Errors:    approval_pending 409 (there is a request already).
CREATE OR REPLACE FUNCTION ledger.add_staff_change(
    kind text, status text, account_id uuid, amount bigint, currency text, reason text, metadata jsonb,
    subject_id uuid
)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_change ledger.credit_changes;
BEGIN
    INSERT INTO ledger.credit_changes AS c (kind, status, account_id, amount, currency, reason, metadata,
                                            requested_by, gift_card_id, payment_id, refund_id)
    VALUES (add_staff_change.kind, add_staff_change.status, add_staff_change.account_id, add_staff_change.amount,
            add_staff_change.currency, add_staff_change.reason, jsonb_strip_nulls(add_staff_change.metadata),
            identity.current_actor(),
            CASE add_staff_change.kind WHEN 'gift_card' THEN subject_id END,
            CASE WHEN add_staff_change.kind IN ('deposit', 'payment') THEN subject_id END,
            CASE add_staff_change.kind WHEN 'refund' THEN subject_id END)
    RETURNING c.* INTO STRICT v_change;
    PERFORM ledger.record_credit_change(v_change);
END $$;

GRANT EXECUTE ON FUNCTION ledger.add_staff_change TO store_api;
