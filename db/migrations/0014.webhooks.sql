-- depends: 0011.invoices
-- The event log in an order that can be followed; who watches an order; webhook endpoints, what they are owed, what was tried.

-- The transaction that wrote the event. uuidv7 ids follow the clock and not the commits: whoever goes on after the highest id seen loses what
-- commits late. (xact, id) below pg_snapshot_xmin() is final. What is there already gets this migration's, without a rewrite of the table.
ALTER TABLE messaging.events ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX events_log ON messaging.events (xact, id);

-- Open streams, by the order that is watched: only an order that is here costs a NOTIFY. A stream that ended badly is gone when its lease is.
-- Unlogged: a crash of the server ends every stream.
CREATE UNLOGGED TABLE messaging.streams (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id   uuid NOT NULL,
    account_id uuid NOT NULL,
    until      timestamptz NOT NULL
);
CREATE INDEX streams_order ON messaging.streams (order_id);
CREATE INDEX streams_account ON messaging.streams (account_id);
CREATE INDEX streams_lease ON messaging.streams (until);

CREATE TABLE messaging.webhook_endpoints (
    id              uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id      uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    url             text NOT NULL,
    types           text[] NOT NULL CONSTRAINT webhook_types_count CHECK (cardinality(types) BETWEEN 1 AND 50),
    description     text,
    status          text NOT NULL DEFAULT 'enabled' CONSTRAINT webhook_status_unknown CHECK (status IN ('enabled', 'disabled')),
    disabled_reason text CONSTRAINT webhook_disabled_reason_unknown CHECK (disabled_reason IN ('gone', 'failing', 'owner')),
    disabled_at     timestamptz,
    failing_since   timestamptz,                -- the first failure since the last success
    after_event_id  uuid,                       -- the last final event when it was made: what comes after is sent
    version         bigint NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_disabled_for_a_reason CHECK ((status = 'disabled') = (disabled_reason IS NOT NULL)
                                                    AND (status = 'disabled') = (disabled_at IS NOT NULL))
);
CREATE INDEX webhook_endpoints_account ON messaging.webhook_endpoints (account_id, id DESC);

-- What messages are signed with: HMAC-SHA256 with both pads computed, so that signing is two hashes. No role but the tables' owner reads this;
-- signatures are made in the database and the secret is never sent anywhere after its making.
CREATE TABLE messaging.webhook_secrets (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    endpoint_id uuid NOT NULL REFERENCES messaging.webhook_endpoints ON DELETE CASCADE,
    inner_pad   bytea NOT NULL,
    outer_pad   bytea NOT NULL,
    expires_at  timestamptz,                    -- of one that was replaced: until then both sign
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhook_secrets_endpoint ON messaging.webhook_secrets (endpoint_id, id DESC);
CREATE UNIQUE INDEX webhook_secret_current ON messaging.webhook_secrets (endpoint_id) WHERE expires_at IS NULL;
COMMENT ON INDEX messaging.webhook_secret_current IS 'The secret is being replaced by somebody else just now. Try again.';

-- One event for one endpoint. The body is kept as it is sent, so that every attempt sends and signs the same bytes.
CREATE TABLE messaging.webhook_deliveries (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    endpoint_id   uuid NOT NULL REFERENCES messaging.webhook_endpoints ON DELETE CASCADE,
    event_id      uuid NOT NULL,                -- messaging.events, where nothing is ever deleted: a key would cost an index here
    type          text NOT NULL,
    body          text NOT NULL,
    status        text NOT NULL DEFAULT 'pending'
                  CONSTRAINT webhook_delivery_status_unknown CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts      integer NOT NULL DEFAULT 0,   -- since it was last asked for
    run_at        timestamptz NOT NULL DEFAULT now(),
    claimed_until timestamptz,                  -- a worker has it: its lease, after which another may
    give_up_at    timestamptz NOT NULL DEFAULT now() + interval '3 days',
    delivered_at  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_delivery_twice UNIQUE (endpoint_id, event_id),
    CONSTRAINT webhook_delivered_when CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
);
CREATE INDEX webhook_deliveries_due ON messaging.webhook_deliveries (endpoint_id, run_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_endpoint ON messaging.webhook_deliveries (endpoint_id, id DESC);

CREATE TABLE messaging.webhook_attempts (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    delivery_id uuid NOT NULL REFERENCES messaging.webhook_deliveries ON DELETE CASCADE,
    status_code integer,                        -- null: no answer
    duration_ms integer NOT NULL,
    error       text,                           -- a word, null when it was taken
    answer      text,                           -- how the answer's body begins
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhook_attempts_delivery ON messaging.webhook_attempts (delivery_id, id);

-- Up to where the log was turned into deliveries. The row's lock is the right to go on.
CREATE TABLE messaging.webhook_progress (
    singleton     boolean PRIMARY KEY DEFAULT true CONSTRAINT webhook_progress_once CHECK (singleton),
    last_event_id uuid
);
INSERT INTO messaging.webhook_progress (last_event_id)
VALUES ((SELECT e.id FROM messaging.events AS e ORDER BY e.xact DESC, e.id DESC LIMIT 1));
