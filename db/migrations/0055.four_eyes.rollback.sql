DROP TABLE catalog.stopped_merchants;
DROP INDEX ledger.approval_pending, ledger.credit_changes_refund, ledger.credit_changes_payment,
    ledger.credit_changes_gift_card, ledger.credit_changes_requested_by;
DELETE FROM ledger.credit_changes WHERE kind NOT IN ('grant', 'deduction');
DELETE FROM ledger.gift_cards WHERE issued_transfer IS NULL;
ALTER TABLE ledger.credit_changes
    DROP CONSTRAINT credit_change_has_its_subject, DROP CONSTRAINT credit_change_is_booked,
    DROP CONSTRAINT credit_kind_unknown,
    DROP COLUMN gift_card_id, DROP COLUMN payment_id, DROP COLUMN refund_id,
    ALTER COLUMN account_id SET NOT NULL;
ALTER TABLE ledger.credit_changes
    ADD CONSTRAINT credit_kind_unknown CHECK (kind IN ('grant', 'deduction')),
    ADD CONSTRAINT credit_change_is_booked CHECK ((status = 'completed') = (transfer_id IS NOT NULL));
ALTER TABLE ledger.gift_cards
    DROP CONSTRAINT gift_card_pending, DROP COLUMN approved_by, DROP COLUMN rejected_at,
    ALTER COLUMN issued_transfer SET NOT NULL;
ALTER TABLE sales.settings DROP COLUMN daily_limits_per_recipient, DROP COLUMN daily_limits_per_staff;
