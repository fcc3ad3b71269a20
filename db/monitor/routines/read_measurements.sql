-- The database's values for /metrics, by the metric's name without storeproc_ (api/metrics has their documentation).
-- The only table of the shop that it reads is the queue, by an index.
-- Callers:   api.read_measurements.
-- Definer:   statistics of all roles are read.
CREATE OR REPLACE FUNCTION monitor.read_measurements()
RETURNS TABLE (name text, labels jsonb, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- the queue
    SELECT m.name, jsonb_build_object('kind', q.kind), m.value
    FROM (
        SELECT o.kind, count(*) FILTER (WHERE o.run_at <= clock_timestamp()) AS due,
               count(*) FILTER (WHERE o.run_at > clock_timestamp()) AS later,
               count(*) FILTER (WHERE o.last_error IS NOT NULL) AS failing,
               greatest(0, extract(epoch FROM clock_timestamp() - min(o.run_at))) AS oldest
        FROM messaging.outbox AS o WHERE o.done_at IS NULL GROUP BY o.kind
    ) AS q
    CROSS JOIN LATERAL (VALUES
        ('outbox_due', q.due::double precision),
        ('outbox_later', q.later),
        ('outbox_failing', q.failing),
        ('outbox_oldest_seconds', q.oldest)) AS m (name, value)
    UNION ALL
    SELECT m.name, '{}', m.value
    FROM (
        SELECT count(*) AS due,
               coalesce(greatest(0, extract(epoch FROM clock_timestamp() - min(d.run_at))), 0) AS oldest
        FROM messaging.webhook_deliveries AS d
        JOIN messaging.webhook_endpoints AS e ON e.id = d.endpoint_id AND e.status = 'enabled'
        WHERE d.status = 'pending' AND d.run_at <= clock_timestamp()
    ) AS q
    CROSS JOIN LATERAL (
        VALUES ('webhooks_due', q.due::double precision), ('webhooks_oldest_seconds', q.oldest)
    ) AS m (name, value)

    -- sessions and locks
    UNION ALL
    SELECT 'connections', jsonb_build_object('state', coalesce(a.state, 'starting')), count(*)
    FROM pg_stat_activity AS a WHERE a.backend_type = 'client backend' GROUP BY a.state
    UNION ALL SELECT 'connections_max', '{}', current_setting('max_connections')::double precision
    UNION ALL
    -- Backups are told apart: they read the whole database in one transaction.
    SELECT m.name, s.labels, m.value
    FROM (
        SELECT g.labels, coalesce(max(extract(epoch FROM clock_timestamp() - a.xact_start)), 0) AS longest,
               coalesce(max(extract(epoch FROM clock_timestamp() - a.state_change))
                            FILTER (WHERE a.state LIKE 'idle in transaction%'), 0) AS idle,
               count(*) FILTER (WHERE a.wait_event_type = 'Lock') AS waiting
        FROM (VALUES ('{}'::jsonb, false), ('{"of": "backup"}', true)) AS g (labels, backup)
        LEFT JOIN pg_stat_activity AS a
            ON a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
               AND g.backup = (a.application_name ~ '^(pg_dump|pg_basebackup|storeproc backup)')
        GROUP BY g.labels
    ) AS s
    CROSS JOIN LATERAL (VALUES
        ('transaction_longest_seconds', s.longest::double precision),
        ('transaction_idle_longest_seconds', s.idle),
        ('lock_waits', s.waiting)) AS m (name, value)
    UNION ALL
    SELECT 'lock_longest_wait_seconds', '{}', coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart)), 0)
    FROM pg_locks AS l WHERE NOT l.granted
    UNION ALL
    SELECT 'commit_longest_wait_seconds', '{}',
           coalesce(max(extract(epoch FROM clock_timestamp() - a.query_start)), 0)
    FROM pg_stat_activity AS a WHERE a.wait_event = 'SyncRep'
    UNION ALL
    -- CREATE INDEX CONCURRENTLY waits for the end of older transactions (virtualxid), which lock nothing against it.
    SELECT 'lock_blocking_longest_seconds', '{}',
           coalesce(max(extract(epoch FROM clock_timestamp() - b.xact_start)), 0)
    FROM (
        SELECT DISTINCT p.pid
        FROM pg_locks AS l CROSS JOIN LATERAL unnest(pg_blocking_pids(l.pid)) AS p (pid)
        WHERE NOT l.granted AND l.locktype <> 'virtualxid'
    ) AS h
    JOIN pg_stat_activity AS b ON b.pid = h.pid

    -- the database and the server
    UNION ALL
    SELECT m.name, m.labels, m.value
    FROM pg_stat_database AS d
    CROSS JOIN LATERAL (VALUES
        ('transactions_total', jsonb_build_object('outcome', 'committed'), d.xact_commit::double precision),
        ('transactions_total', jsonb_build_object('outcome', 'rolled_back'), d.xact_rollback),
        ('deadlocks_total', '{}', d.deadlocks),
        ('blocks_total', jsonb_build_object('from', 'cache'), d.blks_hit),
        ('blocks_total', jsonb_build_object('from', 'disk'), d.blks_read),
        ('temporary_bytes_total', '{}', d.temp_bytes),
        ('checksum_failures_total', '{}', coalesce(d.checksum_failures, 0))) AS m (name, labels, value)
    WHERE d.datname = current_database()
    UNION ALL SELECT 'wal_bytes_total', '{}', w.wal_bytes FROM pg_stat_wal AS w
    UNION ALL
    SELECT m.name, jsonb_build_object('database', d.datname), m.value
    FROM pg_database AS d
    CROSS JOIN LATERAL (VALUES
        ('freeze_age', age(d.datfrozenxid)::double precision),
        ('multixact_age', mxid_age(d.datminmxid))) AS m (name, value)
    UNION ALL
    SELECT 'database_bytes', '{}',
           (SELECT h.database_bytes FROM monitor.activity_history AS h ORDER BY h.at DESC LIMIT 1)
    UNION ALL SELECT 'started_timestamp_seconds', '{}', extract(epoch FROM pg_postmaster_start_time())

    -- replication and archiving
    UNION ALL
    SELECT m.name, jsonb_build_object('standby', r.application_name), m.value
    FROM pg_stat_replication AS r
    CROSS JOIN LATERAL (VALUES
        ('replication_lag_bytes',
         CASE WHEN pg_is_in_recovery() THEN 0
              ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn) END::double precision),
        ('replication_lag_seconds', coalesce(extract(epoch FROM r.replay_lag), 0))) AS m (name, value)
    WHERE r.state <> 'backup'
    UNION ALL
    SELECT 'replication_slot_retained_bytes', jsonb_build_object('slot', s.slot_name),
           CASE WHEN pg_is_in_recovery() THEN 0
                ELSE coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn), 0) END
    FROM pg_replication_slots AS s
    UNION ALL
    SELECT 'replication_slot_active', jsonb_build_object('slot', s.slot_name), s.active::integer
    FROM pg_replication_slots AS s
    UNION ALL SELECT 'archive_waiting_seconds', '{}', monitor.archive_waiting_seconds()
    UNION ALL
    SELECT m.name, '{}', m.value
    FROM pg_stat_archiver AS a
    CROSS JOIN LATERAL (VALUES
        ('archived_segments_total', a.archived_count::double precision),
        ('archive_failures_total', a.failed_count),
        ('archive_failing',
         coalesce(a.last_failed_time > a.last_archived_time, a.last_failed_time IS NOT NULL)::integer)
    ) AS m (name, value)
    UNION ALL
    SELECT CASE WHEN b.kind LIKE '%\_failed' THEN 'backup_failed_timestamp_seconds' ELSE 'backup_timestamp_seconds' END,
           jsonb_build_object('kind', regexp_replace(b.kind, '_failed$', '')), extract(epoch FROM b.finished_at)
    FROM monitor.backups AS b

    -- what an endpoint costs the database
    UNION ALL
    SELECT m.name, jsonb_build_object('endpoint', s.endpoint), m.value
    FROM (
        SELECT e.endpoint, sum(r.calls) AS calls, sum(r.total_ms) / 1000 AS seconds
        FROM monitor.read_statements(false) AS r JOIN monitor.statement_endpoints AS e ON e.queryid = r.queryid
        WHERE e.endpoint IS NOT NULL GROUP BY e.endpoint
    ) AS s
    CROSS JOIN LATERAL (VALUES
        ('statement_calls_total', s.calls::double precision),
        ('statement_seconds_total', s.seconds)) AS m (name, value)

    -- what the worker has prepared
    UNION ALL SELECT f.name, f.labels, f.value FROM monitor.figures AS f
    UNION ALL
    SELECT 'invariant_holds', jsonb_build_object('invariant', i.name), i.ok::integer
    FROM monitor.invariants AS i
    UNION ALL
    SELECT 'round_timestamp_seconds', jsonb_build_object('round', r.name), extract(epoch FROM r.as_of)
    FROM monitor.rounds AS r WHERE r.as_of IS NOT NULL
    UNION ALL
    SELECT 'round_seconds', jsonb_build_object('round', r.name), extract(epoch FROM r.took)
    FROM monitor.rounds AS r
    UNION ALL SELECT k.name, k.labels, k.value FROM monitor.counters AS k;
$$;

GRANT EXECUTE ON FUNCTION monitor.read_measurements TO store_api;
