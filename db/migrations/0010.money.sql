-- depends: 0009.prices_ending
-- Money in full: transfers in two phases, earnings and commission, deposits, captures, refunds by line, disputes, payouts, credit, gift cards.

-- --- the ledger ---------------------------------------------------------------------------------

ALTER TABLE ledger.accounts DROP CONSTRAINT ledger_kind_unknown, DROP CONSTRAINT insufficient_funds,
    ADD COLUMN held bigint NOT NULL DEFAULT 0,      -- the sum of its pending debits: money that is spoken for
    ADD CONSTRAINT ledger_kind_unknown CHECK (kind IN ('clearing', 'sales', 'unapplied', 'wallet', 'credit', 'earnings', 'commission',
                                                       'payout', 'gift_cards', 'grants', 'disputes')),
    ADD CONSTRAINT insufficient_funds CHECK (balance - held >= floor),
    ADD CONSTRAINT ledger_held_below_zero CHECK (held >= 0);
COMMENT ON CONSTRAINT insufficient_funds ON ledger.accounts IS 'There is not enough money in this account.';

-- A merchant's balance in sixteen rows, each connection adding to its own: every sale changes it, and one row would queue them all.
CREATE TABLE ledger.balance_parts (
    account_id uuid NOT NULL REFERENCES ledger.accounts ON DELETE RESTRICT,
    part       smallint NOT NULL,
    balance    bigint NOT NULL,
    PRIMARY KEY (account_id, part)
) WITH (fillfactor = 50);

ALTER TABLE ledger.transfers
    ADD COLUMN phase text NOT NULL DEFAULT 'posted'  -- pending holds; post (all or a part of it) or void, its own row, ends that
        CONSTRAINT transfer_phase_unknown CHECK (phase IN ('posted', 'pending', 'post', 'void')),
    ADD COLUMN pending_id uuid REFERENCES ledger.transfers ON DELETE RESTRICT,
    ADD COLUMN debit_balance bigint,                 -- after this transfer, of accounts that keep one on their row
    ADD COLUMN credit_balance bigint,
    ADD COLUMN reason text,
    ADD COLUMN metadata jsonb,
    ADD CONSTRAINT transfer_ends_a_pending CHECK ((pending_id IS NOT NULL) = (phase IN ('post', 'void')));
CREATE UNIQUE INDEX transfer_ended_twice ON ledger.transfers (pending_id) WHERE pending_id IS NOT NULL;
COMMENT ON INDEX ledger.transfer_ended_twice IS 'This has been settled already.';

-- One payment is booked once, an order's shares once, one refund once from each of the accounts that bear it.
DROP INDEX ledger.transfer_booked_twice;
CREATE UNIQUE INDEX transfer_booked_twice ON ledger.transfers (kind, payment_id) WHERE kind IN ('payment', 'unapplied', 'deposit');
CREATE UNIQUE INDEX share_booked_twice ON ledger.transfers (order_id, kind, credit_account) WHERE kind IN ('earnings', 'commission');
DROP INDEX ledger.refund_booked_twice;
CREATE UNIQUE INDEX refund_booked_twice ON ledger.transfers (refund_id, kind, debit_account, credit_account) WHERE refund_id IS NOT NULL AND phase = 'posted';

-- What may be moved at a time, in minor units. A currency without a row has ledger.limits_of()'s.
CREATE TABLE ledger.limits (
    currency              char(3) PRIMARY KEY REFERENCES catalog.currencies ON DELETE CASCADE,
    deposit_minimum       bigint NOT NULL,
    deposit_maximum       bigint NOT NULL,
    balance_maximum       bigint NOT NULL,   -- a deposit may not lift a wallet above it
    withdrawal_minimum    bigint NOT NULL,
    credit_approval_above bigint NOT NULL    -- a grant or deduction above it needs a second person
);

CREATE TABLE ledger.wallet_locks (
    account_id uuid PRIMARY KEY REFERENCES identity.accounts ON DELETE RESTRICT,
    reason     text NOT NULL,
    locked_by  uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Credit given or taken by customer service, and what waits for a second person.
CREATE TABLE ledger.credit_changes (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    kind         text NOT NULL CONSTRAINT credit_kind_unknown CHECK (kind IN ('grant', 'deduction')),
    account_id   uuid NOT NULL REFERENCES identity.accounts ON DELETE RESTRICT,
    amount       bigint NOT NULL CONSTRAINT credit_amount_out_of_range CHECK (amount BETWEEN 1 AND 1000000000000),
    currency     char(3) NOT NULL CONSTRAINT currency_unknown REFERENCES catalog.currencies,
    reason       text NOT NULL,
    metadata     jsonb NOT NULL DEFAULT '{}',
    status       text NOT NULL CONSTRAINT credit_status_unknown CHECK (status IN ('completed', 'pending', 'rejected')),
    requested_by uuid NOT NULL,
    decided_by   uuid,
    decided_at   timestamptz,
    transfer_id  uuid REFERENCES ledger.transfers ON DELETE RESTRICT,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- The rule that no code path can forget: nobody approves what they asked for.
    CONSTRAINT approval_by_requester CHECK (decided_by <> requested_by),
    CONSTRAINT credit_change_is_booked CHECK ((status = 'completed') = (transfer_id IS NOT NULL))
);
CREATE INDEX credit_changes_account ON ledger.credit_changes (account_id, id DESC);
CREATE INDEX credit_changes_currency ON ledger.credit_changes (currency);
CREATE INDEX credit_changes_transfer ON ledger.credit_changes (transfer_id);
CREATE INDEX credit_changes_pending ON ledger.credit_changes (id) WHERE status = 'pending';
COMMENT ON CONSTRAINT approval_by_requester ON ledger.credit_changes IS 'Somebody else has to approve this.';

CREATE TABLE ledger.gift_cards (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    code_hash   bytea NOT NULL CONSTRAINT gift_card_code_taken UNIQUE,   -- sha256: who reads the table cannot spend it
    last_four   text NOT NULL,
    amount      bigint NOT NULL CONSTRAINT gift_card_amount_out_of_range CHECK (amount BETWEEN 1 AND 1000000000000),
    currency    char(3) NOT NULL CONSTRAINT currency_unknown REFERENCES catalog.currencies,
    expires_at  timestamptz,
    issued_by   uuid NOT NULL,
    issued_transfer uuid NOT NULL REFERENCES ledger.transfers ON DELETE RESTRICT,
    redeemed_by uuid REFERENCES identity.accounts ON DELETE RESTRICT,
    redeemed_at timestamptz,
    redeemed_transfer uuid REFERENCES ledger.transfers ON DELETE RESTRICT,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT gift_card_redeemed_whole CHECK (num_nulls(redeemed_by, redeemed_at, redeemed_transfer) IN (0, 3))
);
CREATE INDEX gift_cards_redeemed_by ON ledger.gift_cards (redeemed_by);
CREATE INDEX gift_cards_currency ON ledger.gift_cards (currency);
CREATE INDEX gift_cards_issued_transfer ON ledger.gift_cards (issued_transfer);
CREATE INDEX gift_cards_redeemed_transfer ON ledger.gift_cards (redeemed_transfer);

-- --- orders -------------------------------------------------------------------------------------

ALTER TABLE sales.settings
    ADD COLUMN commission_basis_points integer NOT NULL DEFAULT 1000
        CONSTRAINT commission_out_of_range CHECK (commission_basis_points BETWEEN 0 AND 10000),
    ADD COLUMN authorization_time_to_live interval NOT NULL DEFAULT '6 days',    -- gateways let go after seven
    ADD COLUMN manual_payment_time_to_live interval NOT NULL DEFAULT '14 days';

ALTER TABLE sales.orders
    ADD COLUMN commission_basis_points integer,                  -- pinned when ordered; null: ordered before merchants had shares
    ADD COLUMN shipping_refunded bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT shipping_refunded_out_of_range CHECK (shipping_refunded BETWEEN 0 AND shipping);

ALTER TABLE sales.order_items
    ADD COLUMN amount_refunded   bigint NOT NULL DEFAULT 0,      -- refunds requested or done
    ADD COLUMN quantity_refunded integer NOT NULL DEFAULT 0,     -- by piece; a refund by amount counts none
    ADD COLUMN quantity_returned integer NOT NULL DEFAULT 0;     -- back in stock
-- Refunds of before this: their lines are not known, so each bears its part.
UPDATE sales.order_items AS i SET amount_refunded = s.part
FROM (
    SELECT l.id, (div(o.amount_refunded::numeric * l.reached, o.total) - div(o.amount_refunded::numeric * (l.reached - l.total), o.total))::bigint AS part
    FROM sales.orders AS o
    JOIN (SELECT x.id, x.order_id, x.total, sum(x.total) OVER (PARTITION BY x.order_id ORDER BY x.id) AS reached FROM sales.order_items AS x) AS l
         ON l.order_id = o.id
    WHERE o.amount_refunded > 0
) AS s
WHERE i.id = s.id;
ALTER TABLE sales.order_items
    ADD CONSTRAINT refund_above_line CHECK (amount_refunded BETWEEN 0 AND total),
    ADD CONSTRAINT line_refunded_out_of_range CHECK (quantity_refunded BETWEEN 0 AND quantity),
    ADD CONSTRAINT line_returned_twice CHECK (quantity_returned BETWEEN 0 AND quantity);
COMMENT ON CONSTRAINT refund_above_line ON sales.order_items IS 'Refunds cannot exceed what the line cost.';
COMMENT ON CONSTRAINT line_refunded_out_of_range ON sales.order_items IS 'These pieces have been refunded already.';
COMMENT ON CONSTRAINT line_returned_twice ON sales.order_items IS 'These pieces are in stock again already.';

-- An expired order whose money comes after all and whose goods are still there is paid.
INSERT INTO sales.order_transitions (from_status, to_status) VALUES ('cancelled', 'paid');

-- --- payments -----------------------------------------------------------------------------------

ALTER TABLE payments.providers
    ADD COLUMN capture_method text NOT NULL DEFAULT 'automatic'
        CONSTRAINT capture_method_unknown CHECK (capture_method IN ('automatic', 'manual'));
INSERT INTO payments.providers (name, kind) VALUES
    ('stripe', 'gateway'), ('sslcommerz', 'gateway'), ('wallet', 'internal'), ('credit', 'internal'),
    ('cash_on_delivery', 'manual'), ('bank_transfer', 'manual');

ALTER TABLE payments.payments
    ALTER COLUMN order_id DROP NOT NULL,
    ADD COLUMN purpose text NOT NULL DEFAULT 'order' CONSTRAINT payment_purpose_unknown CHECK (purpose IN ('order', 'deposit')),
    ADD COLUMN capture_method text NOT NULL DEFAULT 'automatic'
        CONSTRAINT capture_method_unknown CHECK (capture_method IN ('automatic', 'manual')),
    ADD COLUMN capture_amount bigint,           -- what we decided to take of an authorisation: decided once
    ADD COLUMN charge_reference text,           -- the charge at the gateway: what captures, refunds and disputes name
    ADD COLUMN check_at timestamptz DEFAULT now(),  -- when the worker asks the gateway how it stands; null: nobody to ask
    ADD CONSTRAINT payment_is_for_something CHECK ((purpose = 'order') = (order_id IS NOT NULL)),
    ADD CONSTRAINT capture_above_authorization CHECK (capture_amount BETWEEN 1 AND amount);
CREATE INDEX payments_charge ON payments.payments (provider, charge_reference) WHERE charge_reference IS NOT NULL;
CREATE INDEX payments_to_check ON payments.payments (check_at) WHERE status IN ('initiated', 'open', 'authorized');
DROP INDEX payments.payments_unfinished;
CREATE INDEX payments_unfinished ON payments.payments (expires_at) WHERE status IN ('initiated', 'open', 'authorized');
COMMENT ON CONSTRAINT capture_above_authorization ON payments.payments IS 'This is more than what was authorised.';

-- Work that was queued under its old name.
UPDATE messaging.outbox SET kind = 'reconcile_payment' WHERE kind = 'reopen_payment' AND done_at IS NULL;

ALTER TABLE payments.refunds
    ALTER COLUMN order_id DROP NOT NULL,
    ADD COLUMN retry_of uuid CONSTRAINT refund_retried_twice UNIQUE REFERENCES payments.refunds ON DELETE RESTRICT,
    ADD COLUMN hold_id uuid REFERENCES ledger.transfers ON DELETE RESTRICT;   -- a deposit's refund holds the wallet's money meanwhile
CREATE INDEX refunds_hold ON payments.refunds (hold_id);
CREATE INDEX refunds_status ON payments.refunds (status, id DESC);
COMMENT ON COLUMN payments.refunds.from_order IS 'The part that had been applied, to the order or to the wallet; the rest never belonged there.';
COMMENT ON CONSTRAINT refund_retried_twice ON payments.refunds IS 'This refund has been retried already.';

CREATE TABLE payments.refund_items (
    refund_id     uuid NOT NULL REFERENCES payments.refunds ON DELETE RESTRICT,
    order_item_id uuid REFERENCES sales.order_items ON DELETE RESTRICT,      -- null: shipping
    account_id    uuid NOT NULL,
    quantity      integer NOT NULL DEFAULT 0 CONSTRAINT quantity_out_of_range CHECK (quantity BETWEEN 0 AND 10000),
    amount        bigint NOT NULL CONSTRAINT refund_item_below_zero CHECK (amount >= 0),
    CONSTRAINT line_twice_in_refund UNIQUE NULLS NOT DISTINCT (refund_id, order_item_id)
);
CREATE INDEX refund_items_line ON payments.refund_items (order_item_id);

CREATE TABLE payments.disputes (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    payment_id     uuid NOT NULL REFERENCES payments.payments ON DELETE RESTRICT,
    provider       text NOT NULL,
    case_reference text NOT NULL,
    status         text NOT NULL CONSTRAINT dispute_status_unknown CHECK (status IN ('open', 'won', 'lost')),
    amount         bigint NOT NULL CONSTRAINT dispute_amount_out_of_range CHECK (amount BETWEEN 1 AND 1000000000000000),
    reason         text,
    refund_id      uuid REFERENCES payments.refunds ON DELETE RESTRICT,       -- lost: the money that went back by it
    settled_at     timestamptz,                                                -- lost: booked
    closed_at      timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT dispute_twice UNIQUE (provider, case_reference)
);
CREATE INDEX disputes_payment ON payments.disputes (payment_id);
CREATE INDEX disputes_refund ON payments.disputes (refund_id);

-- What a dispute has frozen.
CREATE TABLE payments.dispute_holds (
    transfer_id uuid PRIMARY KEY REFERENCES ledger.transfers ON DELETE RESTRICT,
    dispute_id  uuid NOT NULL REFERENCES payments.disputes ON DELETE RESTRICT
);
CREATE INDEX dispute_holds_dispute ON payments.dispute_holds (dispute_id);

-- Money that leaves: a wallet's withdrawal, a merchant's payout. Held until the worker, or a person, has sent it.
CREATE TABLE payments.payouts (
    id                 uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id         uuid NOT NULL REFERENCES identity.accounts ON DELETE RESTRICT,
    source             text NOT NULL CONSTRAINT payout_source_unknown CHECK (source IN ('wallet', 'earnings')),
    amount             bigint NOT NULL CONSTRAINT payout_amount_out_of_range CHECK (amount BETWEEN 1 AND 1000000000000000),
    currency           char(3) NOT NULL CONSTRAINT currency_unknown REFERENCES catalog.currencies,
    status             text NOT NULL DEFAULT 'pending' CONSTRAINT payout_status_unknown CHECK (status IN ('pending', 'completed', 'failed')),
    hold_id            uuid NOT NULL CONSTRAINT payout_hold_twice UNIQUE REFERENCES ledger.transfers ON DELETE RESTRICT,
    provider_reference text,
    failure_code       text,
    completed_at       timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payouts_account ON payments.payouts (account_id, source, id DESC);
CREATE INDEX payouts_status ON payments.payouts (status, id DESC);
CREATE INDEX payouts_currency ON payments.payouts (currency);
