-- Transactions that have been open longer than a request takes.
CREATE OR REPLACE VIEW monitor.transactions WITH (security_barrier) AS
SELECT a.pid, a.usename::text AS role_name, a.application_name, a.backend_type, a.state,
       extract(epoch FROM clock_timestamp() - a.xact_start)::double precision AS open_seconds,
       extract(epoch FROM clock_timestamp() - a.state_change)::double precision AS state_seconds,
       a.state LIKE 'idle in transaction%' AS idle_in_transaction, a.wait_event_type, a.wait_event,
       age(a.backend_xmin) AS holds_back_transactions, cardinality(pg_blocking_pids(a.pid)) > 0 AS is_blocked,
       monitor.endpoint_of(a.query) AS endpoint, monitor.without_literals(a.query) AS query
FROM pg_stat_activity AS a
WHERE a.datname = current_database()
  AND a.pid <> pg_backend_pid()
  AND a.xact_start < clock_timestamp() - interval '5 seconds';

COMMENT ON VIEW monitor.transactions IS
'Transactions older than 5 seconds, ORDER BY open_seconds DESC. Requests end within 10 seconds.
Read: holds_back_transactions is the number of transactions whose dead rows no vacuum can remove while this one is open.
A session that is idle_in_transaction does nothing but still holds its locks.
Do: pg_cancel_backend(pid), or pg_terminate_backend(pid) if it is idle. Leave a backup (application_name) alone. Run
long reports on a standby.';

GRANT SELECT ON monitor.transactions TO store_monitor;
