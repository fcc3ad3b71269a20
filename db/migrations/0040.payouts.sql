-- depends: 0039.order_statuses_indexed
-- When a merchant's earnings can be paid out, to whom, and to which bank account.

-- What an order brings a merchant, and from when it can be paid out: 'infinity' until the order has been delivered.
-- It grows with the orders, as the ledger does; a foreign key would cost a look-up and a lock a payment, and both of
-- the rows that it names are written by the transaction that writes this one (`storeproc check` looks for orphans).
CREATE TABLE ledger.order_earnings (
    order_id       uuid NOT NULL,
    account_id     uuid NOT NULL,
    amount         bigint NOT NULL,      -- less refunds and open disputes; these may be more than the order brought
    available_from timestamptz NOT NULL DEFAULT 'infinity',
    CONSTRAINT order_earned_twice PRIMARY KEY (order_id, account_id)
);
CREATE INDEX order_earnings_pending ON ledger.order_earnings (account_id, available_from) INCLUDE (amount)
    WHERE amount > 0;

ALTER TABLE sales.settings
    ADD COLUMN payout_delay interval NOT NULL DEFAULT '0',     -- after the return window
    ADD COLUMN demo boolean NOT NULL DEFAULT false;            -- no money is real: payouts complete by themselves
ALTER TABLE sales.settings
    -- The table has one row, so the scan takes no time.
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT payout_delay_out_of_range CHECK (payout_delay BETWEEN interval '0' AND interval '1 year');
COMMENT ON CONSTRAINT payout_delay_out_of_range ON sales.settings IS 'Payouts are delayed by a year at most.';

-- Orders on their way, and those delivered whose return window is not over. Of the others, everything is available.
INSERT INTO ledger.order_earnings (order_id, account_id, amount, available_from)
SELECT e.order_id, e.account_id, e.amount, e.available_from
FROM (
    SELECT t.order_id, t.credit_account AS account_id,
           t.amount - coalesce((
               SELECT sum(CASE r.kind WHEN 'earnings_returned' THEN r.amount ELSE -r.amount END)
               FROM ledger.transfers AS r
               WHERE r.order_id = t.order_id
                 AND (r.kind = 'earnings_returned' AND r.debit_account = t.credit_account
                      OR r.kind = 'earnings_returned_reversed' AND r.credit_account = t.credit_account)
           ), 0)::bigint - coalesce((
               SELECT sum(h.amount)
               FROM ledger.transfers AS h
               WHERE h.order_id = t.order_id AND h.debit_account = t.credit_account AND h.kind = 'dispute'
                 AND h.phase = 'pending'
                 AND NOT EXISTS (SELECT FROM ledger.transfers AS v WHERE v.pending_id = h.id)
           ), 0)::bigint AS amount,
           CASE WHEN o.status = 'delivered' THEN s.return_window + coalesce((
               SELECT max(p.delivered_at) FROM fulfilment.shipments AS p WHERE p.order_id = o.id
           ), now()) ELSE 'infinity' END AS available_from
    FROM ledger.transfers AS t
    JOIN sales.orders AS o ON o.id = t.order_id
    CROSS JOIN sales.settings AS s
    WHERE t.kind = 'earnings'
) AS e
WHERE e.available_from > now();

-- Merchants sell at once, but are paid out only after an admin has approved them.
ALTER TABLE identity.accounts ADD COLUMN merchant_approved_at timestamptz;

-- Where money is sent. A new account is a new row: a payout goes where it was to go when it was requested.
CREATE TABLE payments.bank_accounts (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id  uuid NOT NULL REFERENCES identity.accounts ON DELETE RESTRICT,
    iban        text,                    -- null: erased with its owner
    bic         text,
    holder      text,
    replaced_at timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX bank_accounts_account ON payments.bank_accounts (account_id);
CREATE UNIQUE INDEX bank_account_twice ON payments.bank_accounts (account_id) WHERE replaced_at IS NULL;

ALTER TABLE payments.payouts ADD COLUMN bank_account_id uuid;    -- null: requested before there were bank accounts
ALTER TABLE payments.payouts
    ADD CONSTRAINT payouts_bank_account_id_fkey FOREIGN KEY (bank_account_id) REFERENCES payments.bank_accounts
    ON DELETE RESTRICT NOT VALID;
-- Payouts are few, so this takes no time.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX payouts_bank_account ON payments.payouts (bank_account_id);
