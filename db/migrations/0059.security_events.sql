-- depends: 0058.exports
-- What a security review needs to know: log-ins, refusals, changes of rights, keys, secrets and settings, exports.

-- Append-only; the worker deletes rows that are older than sales.settings.security_events_kept. There is no foreign key
-- to accounts: a log-in would lock the account's row for it, and an account is never deleted.
CREATE TABLE audit.security_events (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    kind           text NOT NULL CONSTRAINT security_event_kind_malformed CHECK (kind ~ '^[a-z_]{3,40}$'),
    account_id     uuid,                     -- whom it concerns; null: nobody's, or an account that is not known
    actor_id       uuid,                     -- who did it; null: a person without a log-in, a service, a DBA
    session_id     uuid,
    db_role        text NOT NULL,
    request_id     text,
    client_address text,
    user_agent     text,
    detail         jsonb NOT NULL DEFAULT '{}',
    occurrences    bigint NOT NULL DEFAULT 1 CONSTRAINT occurrences_below_one CHECK (occurrences >= 1),
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX security_events_kind ON audit.security_events (kind, id);
CREATE INDEX security_events_account ON audit.security_events (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX security_events_actor ON audit.security_events (actor_id, id) WHERE actor_id IS NOT NULL;

-- Up to where the worker has counted the events for /metrics.
CREATE TABLE audit.security_events_counted (
    singleton boolean PRIMARY KEY DEFAULT true CONSTRAINT security_events_counted_once CHECK (singleton),
    id        uuid NOT NULL DEFAULT uuidv7()
);
INSERT INTO audit.security_events_counted DEFAULT VALUES;

-- A series that begins with its first event has no increase for it, so those with an alert begin at 0.
INSERT INTO monitor.counters (name, labels, value)
SELECT 'security_events_total', jsonb_build_object('kind', k.kind), 0
FROM unnest(ARRAY['log_in_failed', 'access_refused', 'token_refused', 'throttled']) AS k (kind);

ALTER TABLE sales.settings ADD COLUMN security_events_kept interval NOT NULL DEFAULT '180 days';
