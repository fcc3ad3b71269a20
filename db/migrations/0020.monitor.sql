-- depends: 0018.reporting
-- What monitoring remembers: statements by the minute, sizes, activity; what the worker counted; figures, invariants, backups.

-- History, a partition a day: monitor.take_snapshot() makes tomorrow's and drops what is older than 14 days.

-- What each statement did between two snapshots: differences, so that any period is a sum.
CREATE TABLE monitor.statement_history (
    at                  timestamptz NOT NULL,
    queryid             bigint NOT NULL,
    role_name           text NOT NULL,
    endpoint            text,                       -- null: no endpoint's statement
    calls               bigint NOT NULL,
    total_ms            double precision NOT NULL,
    worst_ms            double precision NOT NULL,  -- ever, until the statistics are reset
    rows                bigint NOT NULL,
    blocks_hit          bigint NOT NULL,
    blocks_read         bigint NOT NULL,
    temp_blocks_written bigint NOT NULL,
    wal_bytes           bigint NOT NULL,
    PRIMARY KEY (at, queryid, role_name)
) PARTITION BY RANGE (at);

-- Sizes, every quarter of an hour; partitioned tables as one.
CREATE TABLE monitor.relation_history (
    at          timestamptz NOT NULL,
    relation    text NOT NULL,
    table_bytes bigint NOT NULL,                    -- with TOAST and maps
    index_bytes bigint NOT NULL,
    live_rows   bigint NOT NULL,
    PRIMARY KEY (at, relation)
) PARTITION BY RANGE (at);

-- The whole database, a row a minute. Counters are as PostgreSQL counts them: since the statistics were reset.
CREATE TABLE monitor.activity_history (
    at                  timestamptz PRIMARY KEY,
    took_ms             double precision NOT NULL,  -- the snapshot before this one; its own is not known yet
    connections         integer NOT NULL,
    active              integer NOT NULL,
    idle_in_transaction integer NOT NULL,
    waiting_for_locks   integer NOT NULL,
    longest_seconds     double precision NOT NULL,  -- the oldest transaction
    committed           bigint NOT NULL,
    rolled_back         bigint NOT NULL,
    deadlocks           bigint NOT NULL,
    blocks_hit          bigint NOT NULL,
    blocks_read         bigint NOT NULL,
    temp_bytes          bigint NOT NULL,
    wal_bytes           bigint NOT NULL,
    database_bytes      bigint NOT NULL,
    jobs_due            bigint NOT NULL,
    jobs_failing        bigint NOT NULL,
    oldest_job_seconds  double precision NOT NULL
) PARTITION BY RANGE (at);

-- Where each statement's counters stood at the last snapshot. Unlogged: a crash resets what they are compared with, too.
CREATE UNLOGGED TABLE monitor.statement_counters (
    queryid             bigint NOT NULL,
    role_id             oid NOT NULL,
    calls               bigint NOT NULL,
    total_ms            double precision NOT NULL,
    rows                bigint NOT NULL,
    blocks_hit          bigint NOT NULL,
    blocks_read         bigint NOT NULL,
    temp_blocks_written bigint NOT NULL,
    wal_bytes           bigint NOT NULL,
    PRIMARY KEY (queryid, role_id)
) WITH (fillfactor = 70);

-- Which endpoint a statement is, so that its text is read once. No text is kept: somebody's own query may hold somebody's name.
CREATE TABLE monitor.statement_endpoints (
    queryid   bigint PRIMARY KEY,
    endpoint  text,
    last_seen timestamptz NOT NULL
);

-- What the worker counted, for /metrics of the web tier: it only grows, whichever worker counts and however often they restart.
CREATE TABLE monitor.counters (
    name   text NOT NULL,
    labels jsonb NOT NULL,
    value  double precision NOT NULL,
    PRIMARY KEY (name, labels)
) WITH (fillfactor = 70);

-- The shop in figures, made anew by the worker at its own pace, so that a scrape never reads the orders.
CREATE TABLE monitor.figures (
    name   text NOT NULL,
    labels jsonb NOT NULL,
    value  double precision NOT NULL,
    PRIMARY KEY (name, labels)
) WITH (fillfactor = 70);

-- What the worker does now and then: when it did it last, and how long it took.
CREATE TABLE monitor.rounds (
    name  text PRIMARY KEY,
    as_of timestamptz,                              -- null: never
    took  interval NOT NULL DEFAULT '0'
);
INSERT INTO monitor.rounds (name) VALUES ('snapshot'), ('sizes'), ('figures'), ('invariants');

-- What the last check found.
CREATE TABLE monitor.invariants (
    name text PRIMARY KEY,
    ok   boolean NOT NULL
);

-- The last backup of each kind, as whoever made it says.
CREATE TABLE monitor.backups (
    kind        text PRIMARY KEY CONSTRAINT backup_kind_malformed CHECK (kind ~ '^[a-z_]{1,40}$'),
    finished_at timestamptz NOT NULL,
    bytes       bigint
);
COMMENT ON CONSTRAINT backup_kind_malformed ON monitor.backups IS 'A kind of backup is a word such as full, incremental or restore_drill.';
