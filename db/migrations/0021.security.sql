-- depends: 0018.reporting
-- Merchants who read their own figures with SQL: which log-in role is whose.
CREATE TABLE identity.sql_roles (
    role_name  name PRIMARY KEY CONSTRAINT sql_role_name_malformed CHECK (role_name ~ '^merchant_[a-z0-9_]{1,40}$'),
    account_id uuid NOT NULL REFERENCES identity.accounts ON DELETE RESTRICT,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sql_roles_account ON identity.sql_roles (account_id);
COMMENT ON TABLE identity.sql_roles IS 'Log-in roles of merchants who read report.my_… with SQL; made by `storeproc merchant-role`.';

-- --- the audit, sealed ---------------------------------------------------------------------------

-- A chain of digests a partition: whoever changes, adds or removes a row that is sealed breaks it from there on. Made by the worker every few
-- minutes and not by the trigger, where every writer would wait for the one before.
CREATE TABLE audit.seals (
    partition  name NOT NULL,
    sequence   bigint NOT NULL,
    after_id   uuid NOT NULL,              -- rows after this one …
    to_id      uuid NOT NULL,              -- … up to this one
    rows       bigint NOT NULL,
    digest     bytea NOT NULL,             -- sha256 of the seal before and of every row, in order of ids
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (partition, sequence)
);

-- What an erased row's digest was before its person was taken out.
CREATE TABLE audit.erasures (
    change_id uuid PRIMARY KEY,
    digest    bytea NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now()
);

-- Up to where all rows are there: when every transaction of that moment has ended, nobody can still add one below.
CREATE TABLE audit.seal_boundary (
    singleton boolean PRIMARY KEY DEFAULT true CONSTRAINT seal_boundary_once CHECK (singleton),
    id        uuid NOT NULL DEFAULT uuidv7(),
    xact      xid8 NOT NULL DEFAULT pg_snapshot_xmax(pg_current_snapshot())
);
INSERT INTO audit.seal_boundary DEFAULT VALUES;

CREATE INDEX changes_id ON audit.changes USING brin (id) WITH (pages_per_range = 32);
