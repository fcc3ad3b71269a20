-- Standbys, and how far behind they are.
CREATE OR REPLACE VIEW monitor.replication WITH (security_barrier) AS
SELECT r.application_name AS standby, r.state, r.sync_state, l.here, r.replay_lsn AS there,
       pg_wal_lsn_diff(l.here, r.replay_lsn)::bigint AS behind_bytes,
       extract(epoch FROM r.write_lag)::double precision AS write_seconds,
       extract(epoch FROM r.flush_lag)::double precision AS flush_seconds,
       extract(epoch FROM r.replay_lag)::double precision AS replay_seconds, r.backend_start AS since
FROM pg_stat_replication AS r
CROSS JOIN (
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END AS here
) AS l;

COMMENT ON VIEW monitor.replication IS
'Standbys (and base backups while they run) that are connected to this server.
Read: behind_bytes that increases means that the standby is slower than the writes here, or that a query on it delays
the replay; replay_seconds is how old its data is. A standby without a row is not connected: see monitor.slots.
Do: check network and disk of the standby; on it, check monitor.transactions and max_standby_streaming_delay.';

GRANT SELECT ON monitor.replication TO store_monitor;
