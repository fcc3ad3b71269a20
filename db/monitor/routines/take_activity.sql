-- Stores one row about the whole database.
-- Callers:   monitor.take_snapshot.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION monitor.take_activity(at timestamptz)
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO monitor.activity_history (
        at, took_ms, connections, active, idle_in_transaction, waiting_for_locks, longest_seconds, committed,
        rolled_back, deadlocks, blocks_hit, blocks_read, temp_bytes, wal_bytes, database_bytes, jobs_due,
        jobs_failing, oldest_job_seconds)
    SELECT take_activity.at,
           (SELECT extract(epoch FROM r.took) * 1000 FROM monitor.rounds AS r WHERE r.name = 'snapshot'),
           a.connections, a.active, a.idle_in_transaction, a.waiting, a.longest, d.xact_commit, d.xact_rollback,
           d.deadlocks, d.blks_hit, d.blks_read, d.temp_bytes, w.wal_bytes::bigint, pg_database_size(d.datid),
           q.due, q.failing, q.oldest
    FROM pg_stat_database AS d
    CROSS JOIN pg_stat_wal AS w
    CROSS JOIN (
        SELECT count(*) AS connections, count(*) FILTER (WHERE s.state = 'active') AS active,
               count(*) FILTER (WHERE s.state LIKE 'idle in transaction%') AS idle_in_transaction,
               count(*) FILTER (WHERE s.wait_event_type = 'Lock') AS waiting,
               coalesce(max(extract(epoch FROM clock_timestamp() - s.xact_start)), 0) AS longest
        FROM pg_stat_activity AS s
        WHERE s.backend_type = 'client backend' AND s.datname = current_database() AND s.pid <> pg_backend_pid()
    ) AS a
    CROSS JOIN (
        SELECT count(*) AS due, count(*) FILTER (WHERE o.last_error IS NOT NULL) AS failing,
               coalesce(greatest(0, extract(epoch FROM clock_timestamp() - min(o.run_at))), 0) AS oldest
        FROM messaging.outbox AS o WHERE o.done_at IS NULL AND o.run_at <= clock_timestamp()
    ) AS q
    WHERE d.datname = current_database();
END;
