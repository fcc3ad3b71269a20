-- Fails while there are confirmations of payments: what was decided is not forgotten.
-- The kind 'exchange' stays in ledger.accounts: there may be such accounts.
ALTER TABLE ledger.credit_changes
    DROP CONSTRAINT credit_change_has_its_subject,
    DROP CONSTRAINT credit_kind_unknown;
ALTER TABLE ledger.credit_changes
    ADD CONSTRAINT credit_kind_unknown CHECK (kind IN ('grant', 'deduction', 'gift_card', 'deposit', 'refund')),
    ADD CONSTRAINT credit_change_has_its_subject CHECK (
        (kind = 'gift_card') = (gift_card_id IS NOT NULL) AND (kind = 'deposit') = (payment_id IS NOT NULL)
        AND (kind = 'refund') = (refund_id IS NOT NULL) AND (kind = 'gift_card') = (account_id IS NULL));
DROP INDEX payments.gateway_movements_to_exchange;
ALTER TABLE payments.gateway_movements
    DROP CONSTRAINT movement_settled_elsewhere,
    DROP COLUMN exchanged,
    DROP COLUMN settled_currency,
    DROP COLUMN settled_amount;
