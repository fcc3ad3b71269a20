-- depends: 0054.sessions_and_email_changes
-- What one member of staff may move in a day without a second person; and merchants who may not sell.

-- In multiples of a currency's limit for one change (credit_approval_above), so that they hold for all currencies.
ALTER TABLE sales.settings
    ADD COLUMN daily_limits_per_recipient integer NOT NULL DEFAULT 2,
    ADD COLUMN daily_limits_per_staff integer NOT NULL DEFAULT 5;
ALTER TABLE sales.settings
    -- The table has one row, so the scan takes no time.
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT daily_limits_out_of_range
        CHECK (daily_limits_per_recipient BETWEEN 0 AND 1000 AND daily_limits_per_staff BETWEEN 0 AND 1000);
COMMENT ON CONSTRAINT daily_limits_out_of_range ON sales.settings IS 'A daily limit is between 0 and 1,000 times the
limit for one change.';

-- Credit changes become everything that staff do with money by their word alone: gift cards that they issue, deposits
-- that they confirm, refunds that they make by hand. What one person did alone is counted, the rest waits for another.
ALTER TABLE ledger.gift_cards
    ADD COLUMN approved_by uuid,
    ADD COLUMN rejected_at timestamptz,
    -- Null: waits for a second person, or was rejected. Only functions read it, and they are deployed together.
    -- squawk-ignore ban-drop-not-null
    ALTER COLUMN issued_transfer DROP NOT NULL;
-- Staff make these rows by hand, so the tables are small and scans take no time.
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE ledger.gift_cards ADD CONSTRAINT gift_card_pending CHECK (
    (redeemed_at IS NULL OR issued_transfer IS NOT NULL) AND (rejected_at IS NULL OR issued_transfer IS NULL));
COMMENT ON CONSTRAINT gift_card_pending ON ledger.gift_cards IS 'This gift card is not valid.';

ALTER TABLE ledger.credit_changes
    ADD COLUMN gift_card_id uuid,
    ADD COLUMN payment_id uuid,
    ADD COLUMN refund_id uuid,
    -- Null: nobody has redeemed the gift card yet.
    -- squawk-ignore ban-drop-not-null
    ALTER COLUMN account_id DROP NOT NULL,
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT credit_kind_unknown,
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT credit_change_is_booked;
ALTER TABLE ledger.credit_changes
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT credit_kind_unknown CHECK (kind IN ('grant', 'deduction', 'gift_card', 'deposit', 'refund')),
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT credit_change_is_booked
        CHECK ((kind IN ('grant', 'deduction') AND status = 'completed') = (transfer_id IS NOT NULL)),
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT credit_change_has_its_subject CHECK (
        (kind = 'gift_card') = (gift_card_id IS NOT NULL) AND (kind = 'deposit') = (payment_id IS NOT NULL)
        AND (kind = 'refund') = (refund_id IS NOT NULL) AND (kind = 'gift_card') = (account_id IS NULL)),
    -- squawk-ignore constraint-missing-not-valid,adding-foreign-key-constraint
    ADD CONSTRAINT credit_changes_gift_card_id_fkey FOREIGN KEY (gift_card_id) REFERENCES ledger.gift_cards
        ON DELETE RESTRICT,
    -- squawk-ignore constraint-missing-not-valid,adding-foreign-key-constraint
    ADD CONSTRAINT credit_changes_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments.payments
        ON DELETE RESTRICT,
    -- squawk-ignore constraint-missing-not-valid,adding-foreign-key-constraint
    ADD CONSTRAINT credit_changes_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES payments.refunds
        ON DELETE RESTRICT;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX credit_changes_requested_by ON ledger.credit_changes (requested_by, created_at);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX credit_changes_gift_card ON ledger.credit_changes (gift_card_id) WHERE gift_card_id IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX credit_changes_payment ON ledger.credit_changes (payment_id) WHERE payment_id IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX credit_changes_refund ON ledger.credit_changes (refund_id) WHERE refund_id IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX approval_pending ON ledger.credit_changes (coalesce(payment_id, refund_id))
    WHERE status = 'pending' AND coalesce(payment_id, refund_id) IS NOT NULL;
COMMENT ON INDEX ledger.approval_pending IS 'This waits for the approval of a second person already.';

-- Merchants whose products are not for sale: suspended, closed, or no longer merchants. A trigger on identity.accounts
-- keeps it. There are few, so lists and orders look here and not at the account of each product's merchant.
CREATE TABLE catalog.stopped_merchants (
    account_id uuid PRIMARY KEY REFERENCES identity.accounts ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO catalog.stopped_merchants (account_id)
SELECT a.id FROM identity.accounts AS a
WHERE NOT (a.status = 'active' AND a.role IN ('merchant', 'admin'))
  AND EXISTS (SELECT FROM catalog.products AS p WHERE p.merchant_id = a.id);
