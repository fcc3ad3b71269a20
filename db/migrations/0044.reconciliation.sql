-- depends: 0043.processing_indexes
-- Reconciliation: what the gateways' own books say, their fees, and what our books say otherwise.

-- The fees of gateways have an account. Another migration may have added its kind already.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_catalog.pg_constraint AS c
        WHERE c.conrelid = 'ledger.accounts'::regclass AND c.conname = 'ledger_kind_unknown'
          AND pg_catalog.pg_get_constraintdef(c.oid) LIKE '%''fees''%')
    THEN
        ALTER TABLE ledger.accounts DROP CONSTRAINT ledger_kind_unknown;
        ALTER TABLE ledger.accounts ADD CONSTRAINT ledger_kind_unknown
            CHECK (kind IN ('clearing', 'sales', 'unapplied', 'wallet', 'credit', 'earnings', 'commission', 'payout',
                            'gift_cards', 'grants', 'disputes', 'fees')) NOT VALID;
    END IF;
END $$;

ALTER TABLE payments.payments
    ADD COLUMN fee bigint NOT NULL DEFAULT 0,       -- what the gateway has kept of it, as booked
    ADD COLUMN fee_currency char(3);                -- the currency of the gateway's account, where it has kept any

-- Before this moment there are no books to compare: those of the test gateway begin with this table.
ALTER TABLE payments.providers
    ADD COLUMN reconcile_from timestamptz NOT NULL DEFAULT now(),
    -- How long after a payment it may take until it is in the gateway's books.
    ADD COLUMN in_books_within interval NOT NULL DEFAULT '0';
-- https://docs.stripe.com/payments/payment-intents/asynchronous-capture: an hour at most.
UPDATE payments.providers SET in_books_within = '1 hour' WHERE name = 'stripe';

-- The test gateway's own side: what it took and gave back. Nothing of ours reads it but the gateway.
CREATE TABLE payments.mock_books (
    id             text PRIMARY KEY,
    payment_id     uuid NOT NULL,
    kind           text NOT NULL CONSTRAINT movement_kind_unknown CHECK (kind IN ('captured', 'refunded')),
    amount         bigint NOT NULL,                 -- above zero: taken; below: given back
    currency       char(3) NOT NULL,
    refund_id      uuid,
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mock_books_created ON payments.mock_books (created_at, id);

-- The entries of the gateways' books, as they answered them.
CREATE TABLE payments.gateway_movements (
    provider       text NOT NULL REFERENCES payments.providers ON DELETE RESTRICT,
    movement_id    text NOT NULL,
    payment_id     uuid REFERENCES payments.payments ON DELETE RESTRICT,   -- null: the gateway names none of ours
    charge_reference text,
    kind           text NOT NULL
                   CONSTRAINT movement_kind_unknown CHECK (kind IN ('captured', 'refunded', 'disputed', 'fee')),
    amount         bigint NOT NULL,                 -- above zero: taken; below: given back. In the payment's currency
    currency       char(3) NOT NULL,
    fee            bigint NOT NULL DEFAULT 0,
    fee_currency   char(3),
    case_reference text,                            -- of a refund or a dispute, at the gateway
    refund_id      text,                            -- ours, where the gateway hands it back
    status         text,                            -- of the refund or the dispute, as of the last look
    reason         text,                            -- of the dispute
    run_id         uuid NOT NULL,                   -- the last run that saw it
    moved_at       timestamptz NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, movement_id)
);
CREATE INDEX gateway_movements_payment ON payments.gateway_movements (payment_id);
CREATE INDEX gateway_movements_run ON payments.gateway_movements (run_id, payment_id);
CREATE INDEX gateway_movements_charge ON payments.gateway_movements (provider, charge_reference);
CREATE INDEX gateway_movements_unknown ON payments.gateway_movements (provider) WHERE payment_id IS NULL;

-- A comparison of one gateway's books of a period with ours. Its position is stored, so that it goes on after a crash.
CREATE TABLE payments.reconciliation_runs (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    provider       text NOT NULL REFERENCES payments.providers ON DELETE RESTRICT,
    since          timestamptz NOT NULL,
    until          timestamptz NOT NULL DEFAULT now(),
    status         text NOT NULL DEFAULT 'reading' CONSTRAINT reconciliation_status_unknown
                   CHECK (status IN ('reading', 'comparing', 'completed', 'not_available')),
    position       text,                            -- reading: the gateway's cursor; comparing: the last payment's id
    read           bigint NOT NULL DEFAULT 0,       -- entries of the gateway's books
    checked        bigint NOT NULL DEFAULT 0,       -- payments that were compared
    booked         bigint NOT NULL DEFAULT 0,       -- payments that something was booked for
    requested_by   uuid,                            -- null: the shop itself
    completed_at   timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX reconciliation_under_way ON payments.reconciliation_runs (provider)
    WHERE status IN ('reading', 'comparing');
CREATE INDEX reconciliation_runs_created ON payments.reconciliation_runs (provider, created_at);

-- Where a gateway's books and ours differ, or did. Never deleted: an explanation stays with what it explains.
CREATE TABLE payments.reconciliation_differences (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    provider       text NOT NULL REFERENCES payments.providers ON DELETE RESTRICT,
    subject        text NOT NULL,                   -- what differs: there is one row for it
    kind           text NOT NULL CONSTRAINT difference_kind_unknown
                   CHECK (kind IN ('captured', 'refunded', 'disputed', 'fee', 'unknown_payment', 'unknown_event')),
    payment_id     uuid REFERENCES payments.payments ON DELETE RESTRICT,
    ours           bigint,
    theirs         bigint,
    currency       char(3),
    reference      text,                            -- the gateway's: a charge, or an event
    reason         text,
    explained_by   uuid,                            -- null and explained: the books agree again
    explained_at   timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT difference_twice UNIQUE (provider, subject),
    CONSTRAINT difference_explained_with_reason CHECK ((explained_at IS NULL) = (reason IS NULL))
);
CREATE INDEX reconciliation_differences_open ON payments.reconciliation_differences (id) WHERE explained_at IS NULL;
CREATE INDEX reconciliation_differences_payment ON payments.reconciliation_differences (payment_id);
