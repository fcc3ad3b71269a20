-- depends: 0005.payments
-- Money: accounts and transfers. One row moves an amount from one account to another, so it cannot be unbalanced.

CREATE TABLE ledger.accounts (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    owner_id   uuid REFERENCES identity.accounts ON DELETE RESTRICT,   -- null: the platform
    kind       text NOT NULL CONSTRAINT ledger_kind_unknown
               CHECK (kind IN ('clearing', 'sales', 'unapplied', 'wallet', 'credit', 'earnings', 'commission', 'payout', 'gift_cards')),
    provider   text,                                                   -- clearing accounts: one a gateway
    currency   char(3) NOT NULL,
    -- Hot platform accounts keep no balance, theirs is summed: a row that every payment updates would queue them all.
    balance    bigint,
    floor      bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT insufficient_funds CHECK (balance >= floor),
    CONSTRAINT ledger_floor_needs_balance CHECK (floor IS NULL OR balance IS NOT NULL),
    CONSTRAINT ledger_account_twice UNIQUE NULLS NOT DISTINCT (owner_id, kind, provider, currency)
);
COMMENT ON CONSTRAINT insufficient_funds ON ledger.accounts IS 'There is not enough money in this account.';

CREATE TABLE ledger.transfers (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    debit_account  uuid NOT NULL REFERENCES ledger.accounts ON DELETE RESTRICT,
    credit_account uuid NOT NULL REFERENCES ledger.accounts ON DELETE RESTRICT,
    amount         bigint NOT NULL CONSTRAINT transfer_amount_out_of_range CHECK (amount BETWEEN 1 AND 1000000000000000),
    currency       char(3) NOT NULL,
    kind           text NOT NULL,            -- payment, refund, unapplied, …: what a statement line says
    order_id       uuid,
    payment_id     uuid,
    refund_id      uuid,
    actor_id       uuid,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT transfer_to_itself CHECK (debit_account <> credit_account)
);
CREATE INDEX transfers_debit ON ledger.transfers (debit_account, id);
CREATE INDEX transfers_credit ON ledger.transfers (credit_account, id);
CREATE INDEX transfers_order ON ledger.transfers (order_id);
-- One payment is booked once, one refund once, whatever is repeated.
CREATE UNIQUE INDEX transfer_booked_twice ON ledger.transfers (kind, payment_id) WHERE kind IN ('payment', 'unapplied');
CREATE UNIQUE INDEX refund_booked_twice ON ledger.transfers (kind, refund_id) WHERE refund_id IS NOT NULL;
