-- depends: 0061.known_devices
-- What a gateway exchanges: its account may have another currency than the payment. And payments for orders without
-- anything to ship, which one member of staff confirms.

-- What an entry of the gateway's books moved in the gateway's account, where that has another currency.
ALTER TABLE payments.gateway_movements
    ADD COLUMN settled_amount bigint,
    ADD COLUMN settled_currency char(3),
    ADD COLUMN exchanged boolean NOT NULL DEFAULT false,    -- the exchange is booked
    ADD CONSTRAINT movement_settled_elsewhere CHECK (
        (settled_amount IS NULL) = (settled_currency IS NULL) AND (settled_currency <> currency) IS NOT FALSE)
        NOT VALID;
-- No entry has a settled currency yet, so the index is empty and built at once.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX gateway_movements_to_exchange ON payments.gateway_movements (provider, payment_id)
    WHERE settled_currency IS NOT NULL AND NOT exchanged;
-- exchange: money between two currencies. Its balances of all currencies together are worth what exchanging has cost.
ALTER TABLE ledger.accounts
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT ledger_kind_unknown,
    ADD CONSTRAINT ledger_kind_unknown
        CHECK (kind IN ('clearing', 'sales', 'unapplied', 'wallet', 'credit', 'earnings', 'commission', 'payout',
                        'gift_cards', 'grants', 'disputes', 'fees', 'bank', 'exchange')) NOT VALID;

-- Staff make these rows by hand, so the table is small and scans take no time.
ALTER TABLE ledger.credit_changes
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT credit_kind_unknown,
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT credit_change_has_its_subject;
ALTER TABLE ledger.credit_changes
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT credit_kind_unknown
        CHECK (kind IN ('grant', 'deduction', 'gift_card', 'deposit', 'payment', 'refund')),
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT credit_change_has_its_subject CHECK (
        (kind = 'gift_card') = (gift_card_id IS NOT NULL)
        AND (kind IN ('deposit', 'payment')) = (payment_id IS NOT NULL)
        AND (kind = 'refund') = (refund_id IS NOT NULL) AND (kind = 'gift_card') = (account_id IS NULL));
