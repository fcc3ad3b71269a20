-- Sessions that wait for a lock, with the sessions that hold it.
CREATE OR REPLACE VIEW monitor.locks WITH (security_barrier) AS
SELECT w.pid AS waiting_pid, w.usename::text AS waiting_role, monitor.endpoint_of(w.query) AS waiting_endpoint,
       extract(epoch FROM clock_timestamp() - l.waitstart)::double precision AS waits_seconds,
       l.locktype AS lock_type, l.mode AS lock_mode,
       (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = coalesce(l.relation, h.relation)) AS relation,
       b.pid AS blocking_pid, b.usename::text AS blocking_role, b.application_name AS blocking_application,
       b.state AS blocking_state, monitor.endpoint_of(b.query) AS blocking_endpoint,
       extract(epoch FROM clock_timestamp() - b.xact_start)::double precision AS blocking_transaction_seconds,
       monitor.without_literals(w.query) AS waiting_query, monitor.without_literals(b.query) AS blocking_query
FROM pg_locks AS l
JOIN pg_stat_activity AS w ON w.pid = l.pid
CROSS JOIN LATERAL unnest(pg_blocking_pids(l.pid)) AS p (pid)
JOIN pg_stat_activity AS b ON b.pid = p.pid
-- A session that waits for a row waits for the transaction that has locked it, and meanwhile holds the row's tuple
-- lock; the table is read from that lock.
LEFT JOIN LATERAL (
    SELECT o.relation FROM pg_locks AS o
    WHERE o.pid = l.pid AND o.locktype = 'tuple' AND o.granted AND l.locktype = 'transactionid' LIMIT 1
) AS h ON true
WHERE NOT l.granted;

COMMENT ON VIEW monitor.locks IS
'Sessions that wait for a lock now, with the sessions that hold it: one row for each pair.
Read: blocking_query is the current or last statement of the holder, not necessarily the one that took the lock.
blocking_state ''idle in transaction'' means that a person or a program has not committed; the session at the end of a
chain is a blocking_pid that is no waiting_pid.
Do: SELECT pg_cancel_backend(blocking_pid) ends its statement, pg_terminate_backend(blocking_pid) its session.
Statements of the web roles fail after 5 s by themselves (lock_timeout).';

GRANT SELECT ON monitor.locks TO store_monitor;
