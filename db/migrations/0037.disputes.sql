-- depends: 0036.return_url
-- Disputes as the gateways report them: every status, and the money that they move because of it.
-- What is dropped is widened: a status or kind that was allowed stays allowed, except 'open', which only functions of
-- the same deployment write.
-- squawk-ignore-file ban-drop-constraint, ban-drop-not-null

ALTER TABLE payments.disputes
    ALTER COLUMN payment_id DROP NOT NULL,                   -- null: reported before its payment was known
    ADD COLUMN charge_reference text,                        -- the charge at the gateway, by which its payment is found
    ADD COLUMN currency char(3),
    ADD COLUMN reported_at timestamptz NOT NULL DEFAULT '-infinity',    -- when the gateway said the status
    ADD COLUMN loss bigint NOT NULL DEFAULT 0,               -- lost, and no longer refundable: the shop's
    DROP CONSTRAINT dispute_status_unknown;
-- Disputes are few: the scan and the index take no time.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX disputes_without_payment ON payments.disputes (provider, charge_reference) WHERE payment_id IS NULL;

-- What the gateway withdrew (below zero) and returned because of a dispute.
CREATE TABLE payments.dispute_movements (
    dispute_id   uuid NOT NULL REFERENCES payments.disputes ON DELETE RESTRICT,
    reference    text NOT NULL,          -- the gateway's; 'withdrawn' and 'reinstated' where it does not itemise
    amount       bigint NOT NULL
        CONSTRAINT dispute_movement_out_of_range CHECK (amount BETWEEN -1000000000000000 AND 1000000000000000),
    fee          bigint NOT NULL DEFAULT 0       -- below zero: given back
        CONSTRAINT dispute_fee_out_of_range CHECK (fee BETWEEN -1000000000000000 AND 1000000000000000),
    fee_currency char(3),
    fee_booked   boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (dispute_id, reference)
);

-- Only what is held now; the ledger keeps the rest.
ALTER TABLE payments.dispute_holds
    ADD COLUMN account_id uuid,          -- the debited account of the transfer
    ADD COLUMN amount bigint;
DELETE FROM payments.dispute_holds AS h USING ledger.transfers AS e WHERE e.pending_id = h.transfer_id;
UPDATE payments.dispute_holds AS h SET account_id = t.debit_account, amount = t.amount
FROM ledger.transfers AS t WHERE t.id = h.transfer_id;

INSERT INTO payments.dispute_movements (dispute_id, reference, amount)
SELECT d.id, 'withdrawn', -d.amount FROM payments.disputes AS d WHERE d.status IN ('open', 'lost');
UPDATE payments.disputes AS d
SET loss = d.amount - coalesce((SELECT r.amount FROM payments.refunds AS r WHERE r.id = d.refund_id), 0)
WHERE d.status = 'lost' AND d.settled_at IS NOT NULL;
UPDATE payments.disputes AS d SET status = 'needs_response' WHERE d.status = 'open';
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE payments.disputes ADD CONSTRAINT dispute_status_unknown CHECK (status IN (
    'unknown', 'warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review',
    'prevented', 'lost', 'appeal_needs_response', 'appeal_under_review', 'won'));

-- What gateways charge is the shop's. Not validated: every row has passed the narrower list, and they are many.
ALTER TABLE ledger.accounts DROP CONSTRAINT ledger_kind_unknown,
    ADD CONSTRAINT ledger_kind_unknown CHECK (kind IN (
        'clearing', 'sales', 'unapplied', 'wallet', 'credit', 'earnings', 'commission', 'payout', 'gift_cards',
        'grants', 'disputes', 'fees')) NOT VALID;
