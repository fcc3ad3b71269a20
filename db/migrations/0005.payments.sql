-- depends: 0004.sales
-- Payment attempts, gateway callbacks, refunds.

CREATE TABLE payments.providers (
    name     text PRIMARY KEY,
    kind     text NOT NULL CONSTRAINT provider_kind_unknown CHECK (kind IN ('gateway', 'internal', 'manual')),
    enabled  boolean NOT NULL DEFAULT true
);
INSERT INTO payments.providers (name, kind) VALUES ('mock', 'gateway');

-- Monotone: an attempt only ever climbs, so callbacks in any order, any number of times, end in one state. Money received
-- (completed) is above everything: an attempt that we gave up and that was paid after all is completed.
CREATE TABLE payments.payment_transitions (
    from_status text NOT NULL,
    to_status   text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO payments.payment_transitions (from_status, to_status) VALUES
    ('initiated', 'open'), ('initiated', 'authorized'), ('initiated', 'completed'),
    ('initiated', 'cancelled'), ('initiated', 'expired'), ('initiated', 'failed'),
    ('open', 'authorized'), ('open', 'completed'), ('open', 'cancelled'), ('open', 'expired'), ('open', 'failed'),
    ('authorized', 'completed'), ('authorized', 'cancelled'), ('authorized', 'expired'), ('authorized', 'failed'),
    ('cancelled', 'expired'), ('cancelled', 'failed'), ('cancelled', 'completed'),
    ('expired', 'failed'), ('expired', 'completed'),
    ('failed', 'completed');

CREATE TABLE payments.payments (
    id                 uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id           uuid NOT NULL REFERENCES sales.orders ON DELETE RESTRICT,
    account_id         uuid NOT NULL,              -- the order's: a policy needs no join
    provider           text NOT NULL REFERENCES payments.providers ON DELETE RESTRICT,
    status             text NOT NULL DEFAULT 'initiated'
                       CONSTRAINT payment_status_unknown
                       CHECK (status IN ('initiated', 'open', 'authorized', 'completed', 'failed', 'expired', 'cancelled')),
    amount             bigint NOT NULL CONSTRAINT payment_amount_out_of_range CHECK (amount BETWEEN 1 AND 1000000000000000),
    currency           char(3) NOT NULL,
    amount_captured    bigint NOT NULL DEFAULT 0,  -- what the gateway says it took, right or wrong
    captured_currency  char(3),                    -- said by the gateway; differs from currency only where it never paid the order
    amount_applied     bigint NOT NULL DEFAULT 0,  -- the part that pays the order; the rest is refunded
    amount_refunded    bigint NOT NULL DEFAULT 0,  -- refunds requested or done: the limit holds while they are under way
    outside_key        uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT payment_outside_key_twice UNIQUE,
    provider_reference text,
    checkout_url       text,
    failure_code       text,
    request_key        uuid,                       -- the idempotency key's row, whose stored answer open_payment completes
    expires_at         timestamptz,
    completed_at       timestamptz,
    version            bigint NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payment_applied_within_captured CHECK (amount_applied BETWEEN 0 AND amount_captured),
    CONSTRAINT refund_above_payment CHECK (amount_refunded BETWEEN 0 AND amount_captured),
    CONSTRAINT payment_captured_when_completed CHECK ((status = 'completed') = (amount_captured > 0))
) WITH (fillfactor = 85);
CREATE INDEX payments_order ON payments.payments (order_id, id);
CREATE INDEX payments_account ON payments.payments (account_id, id DESC);
CREATE INDEX payments_provider ON payments.payments (provider);
CREATE UNIQUE INDEX payment_reference_twice ON payments.payments (provider, provider_reference);
CREATE INDEX payments_unfinished ON payments.payments (expires_at) WHERE status IN ('initiated', 'open');
COMMENT ON CONSTRAINT refund_above_payment ON payments.payments IS 'Refunds cannot exceed what the payment took.';

-- Every callback as it came, once: the key makes a repeat a repeat.
CREATE TABLE payments.gateway_events (
    provider    text NOT NULL,
    event_id    text NOT NULL,
    kind        text NOT NULL,
    payment_id  uuid REFERENCES payments.payments ON DELETE RESTRICT,
    payload     jsonb NOT NULL,
    outcome     text NOT NULL,                      -- what we did: applied, no_change, ignored, unknown_payment
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, event_id)
);
CREATE INDEX gateway_events_payment ON payments.gateway_events (payment_id, received_at);

CREATE TABLE payments.refunds (
    id                 uuid PRIMARY KEY DEFAULT uuidv7(),
    payment_id         uuid NOT NULL REFERENCES payments.payments ON DELETE RESTRICT,
    order_id           uuid NOT NULL REFERENCES sales.orders ON DELETE RESTRICT,
    account_id         uuid NOT NULL,
    status             text NOT NULL DEFAULT 'pending'
                       CONSTRAINT refund_status_unknown CHECK (status IN ('pending', 'completed', 'failed')),
    amount             bigint NOT NULL CONSTRAINT refund_amount_out_of_range CHECK (amount BETWEEN 1 AND 1000000000000000),
    from_order         bigint NOT NULL DEFAULT 0,   -- the part taken back from the order; the rest never belonged to it
    reason             text NOT NULL,
    provider_reference text,
    failure_code       text,
    requested_by       uuid,                        -- null: the shop itself
    completed_at       timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT refund_from_order_within_amount CHECK (from_order BETWEEN 0 AND amount)
);
CREATE INDEX refunds_payment ON payments.refunds (payment_id, id);
CREATE INDEX refunds_order ON payments.refunds (order_id);
CREATE INDEX refunds_account ON payments.refunds (account_id, id DESC);
