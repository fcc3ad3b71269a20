-- The current state of the database, for `storeproc top`: counters (two calls make a rate), waiting sessions, open
-- transactions, the queue.
-- Callers:   storeproc top, as store_monitor.
CREATE OR REPLACE FUNCTION monitor.glance()
RETURNS json
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT json_build_object(
        'at', extract(epoch FROM clock_timestamp()), 'database', current_database(),
        'version', current_setting('server_version'),
        'started', pg_postmaster_start_time(), 'standby', pg_is_in_recovery(),
        'counters', (
            SELECT json_build_object('committed', d.xact_commit, 'rolled_back', d.xact_rollback,
                                     'deadlocks', d.deadlocks, 'blocks_hit', d.blks_hit,
                                     'blocks_read', d.blks_read, 'temp_bytes', d.temp_bytes, 'wal_bytes', w.wal_bytes)
            FROM pg_stat_database AS d CROSS JOIN pg_stat_wal AS w WHERE d.datname = current_database()),
        'sessions', (
            SELECT json_build_object('all', coalesce(sum(c.sessions), 0),
                                     'at_most', current_setting('max_connections')::integer,
                                     'active', coalesce(sum(c.sessions) FILTER (WHERE c.state = 'active'), 0),
                                     'idle_in_transaction', coalesce(
                                         sum(c.sessions) FILTER (WHERE c.state LIKE 'idle in transaction%'), 0
                                     ))
            FROM monitor.connections AS c),
        'statements', (
            SELECT coalesce(json_agg(json_build_object('endpoint', e.endpoint, 'calls', e.calls,
                                                       'total_ms', e.total_ms, 'worst_ms', e.worst_ms,
                                                       'rows', e.rows, 'blocks_read', e.blocks_read,
                                                       'wal_bytes', e.wal_bytes)
                                     ORDER BY e.total_ms DESC), '[]')
            FROM monitor.endpoints AS e),
        'locks', (SELECT coalesce(json_agg(l ORDER BY l.waits_seconds DESC), '[]') FROM monitor.locks AS l),
        'transactions', (SELECT coalesce(json_agg(t ORDER BY t.open_seconds DESC), '[]')
                         FROM monitor.transactions AS t),
        'queue', (SELECT coalesce(json_agg(q ORDER BY q.due DESC, q.later DESC, q.kind), '[]')
                  FROM monitor.queue AS q));
$$;

GRANT EXECUTE ON FUNCTION monitor.glance TO store_monitor;
