-- The history of the whole database, with counters as differences.
CREATE OR REPLACE VIEW monitor.activity WITH (security_barrier) AS
SELECT h.at, extract(epoch FROM h.at - lag(h.at) OVER w)::double precision AS seconds, h.connections, h.active,
       h.idle_in_transaction, h.waiting_for_locks, h.longest_seconds,
       greatest(h.committed - lag(h.committed) OVER w, 0) AS committed,
       greatest(h.rolled_back - lag(h.rolled_back) OVER w, 0) AS rolled_back,
       greatest(h.deadlocks - lag(h.deadlocks) OVER w, 0) AS deadlocks,
       greatest(h.blocks_hit - lag(h.blocks_hit) OVER w, 0) AS blocks_hit,
       greatest(h.blocks_read - lag(h.blocks_read) OVER w, 0) AS blocks_read,
       greatest(h.temp_bytes - lag(h.temp_bytes) OVER w, 0) AS temp_bytes,
       greatest(h.wal_bytes - lag(h.wal_bytes) OVER w, 0) AS wal_bytes, h.database_bytes, h.jobs_due, h.jobs_failing,
       h.oldest_job_seconds, h.took_ms
FROM monitor.activity_history AS h
WINDOW w AS (ORDER BY h.at);

COMMENT ON VIEW monitor.activity IS
'The database minute by minute, for 14 days: sessions, commits, deadlocks, cache, WAL, size, the queue. Counts cover the
minute; seconds is its exact length.
Read: active near the number of cores means that the processors are the limit. waiting_for_locks above 0 for minutes
means that sessions queue behind one row or one person. jobs_due that only increases means that no worker runs.
Do: find the minute in which it began, then call monitor.changes_since(…) around it.';

GRANT SELECT ON monitor.activity TO store_monitor;
