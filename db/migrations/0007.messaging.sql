-- depends: 0006.ledger
-- Business events, the outbox of work for the worker, idempotency keys.

-- The append-only business event log. The order's timeline, webhooks and mail are read from it.
CREATE TABLE messaging.events (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    type       text NOT NULL,                       -- order.created, payment.completed, …
    order_id   uuid,
    account_id uuid,                                -- whose business it is
    data       jsonb NOT NULL DEFAULT '{}',
    actor_id   uuid,                                -- who did it; null: the shop itself
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_order ON messaging.events (order_id, id) WHERE order_id IS NOT NULL;

-- Work that leaves the database, committed with the effect that asks for it, done by the worker afterwards.
CREATE TABLE messaging.outbox (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    kind       text NOT NULL,                       -- refund_payment, close_checkout, …
    payload    jsonb NOT NULL,
    run_at     timestamptz NOT NULL DEFAULT now(),  -- also the lease: a claimed row moves ahead, a crashed worker's comes back
    attempts   integer NOT NULL DEFAULT 0,
    last_error text,
    done_at    timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_due ON messaging.outbox (run_at) WHERE done_at IS NULL;

CREATE TABLE messaging.idempotency_keys (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    scope        text NOT NULL,                     -- the caller
    route        text NOT NULL,
    key          text NOT NULL,
    request_hash text NOT NULL,
    answer       text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_key_twice UNIQUE (scope, route, key)
);
CREATE INDEX idempotency_keys_age ON messaging.idempotency_keys (created_at);
