-- A performance review of the last hours, for `storeproc dashboard`: the whole page as one document. The time is
-- divided into at most 120 parts; counts from the snapshots are divided by the seconds that they cover.
-- Callers:   storeproc dashboard, as store_monitor.
CREATE OR REPLACE FUNCTION monitor.review(hours numeric DEFAULT 24)
RETURNS json
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH asked AS MATERIALIZED (
        SELECT greatest(now() - make_interval(
                            secs => (least(greatest(review.hours, 0.1), 336) * 3600)::double precision),
                        (SELECT min(h.at) FROM monitor.activity_history AS h)) AS since
    ), span AS MATERIALIZED (
        SELECT a.since, greatest(60, extract(epoch FROM now() - a.since) / 120)::double precision AS seconds
        FROM asked AS a
    ), minutes AS MATERIALIZED (
        SELECT floor(extract(epoch FROM m.at - s.since) / s.seconds)::integer AS part, m.*
        FROM span AS s, monitor.activity AS m WHERE m.at > s.since AND m.seconds > 0
    ), parts AS MATERIALIZED (
        SELECT m.part, max(m.at) AS at, sum(m.seconds) AS seconds, max(m.active) AS active,
               max(m.idle_in_transaction) AS idle_in_transaction, max(m.waiting_for_locks) AS waiting,
               max(m.connections) AS connections, max(m.longest_seconds) AS longest,
               sum(m.committed) / sum(m.seconds) AS committed, sum(m.rolled_back) / sum(m.seconds) AS rolled_back,
               sum(m.deadlocks) AS deadlocks,
               100 * sum(m.blocks_hit) / nullif(sum(m.blocks_hit + m.blocks_read), 0) AS hit,
               sum(m.blocks_read) / sum(m.seconds) AS reads, sum(m.temp_bytes) / sum(m.seconds) AS temp,
               sum(m.wal_bytes) / sum(m.seconds) AS wal, max(m.database_bytes) AS bytes, max(m.jobs_due) AS due,
               max(m.jobs_failing) AS failing, max(m.oldest_job_seconds) AS oldest
        FROM minutes AS m GROUP BY m.part
    ), endpoints AS MATERIALIZED (
        SELECT h.endpoint, sum(h.calls) AS calls, sum(h.total_ms) AS total_ms, max(h.worst_ms) AS worst_ms,
               sum(h.rows) AS rows, sum(h.blocks_read) AS blocks_read, sum(h.blocks_hit) AS blocks_hit,
               sum(h.temp_blocks_written) AS temp_blocks, sum(h.wal_bytes) AS wal
        FROM span AS s, monitor.statement_history AS h WHERE h.at > s.since
        GROUP BY h.endpoint HAVING sum(h.calls) > 0
        ORDER BY total_ms DESC LIMIT 60
    ), lines AS MATERIALIZED (
        SELECT l.endpoint, json_agg(round((l.ms / p.seconds)::numeric, 3) ORDER BY p.part) AS load,
               json_agg(round((l.calls / p.seconds)::numeric, 3) ORDER BY p.part) AS rate,
               json_agg(round((l.ms / nullif(l.calls, 0))::numeric, 3) ORDER BY p.part) AS mean
        FROM parts AS p
        JOIN (
            SELECT e.endpoint, q.part, coalesce(sum(h.total_ms), 0) AS ms, coalesce(sum(h.calls), 0) AS calls
            FROM span AS s CROSS JOIN parts AS q CROSS JOIN endpoints AS e
            LEFT JOIN (
                SELECT h.endpoint, floor(extract(epoch FROM h.at - s.since) / s.seconds)::integer AS part,
                       sum(h.total_ms) AS total_ms, sum(h.calls) AS calls
                FROM span AS s, monitor.statement_history AS h WHERE h.at > s.since GROUP BY 1, 2
            ) AS h ON h.part = q.part AND h.endpoint IS NOT DISTINCT FROM e.endpoint
            GROUP BY e.endpoint, q.part
        ) AS l ON l.part = p.part
        GROUP BY l.endpoint
    ), sizes AS MATERIALIZED (
        SELECT h.relation, json_agg(json_build_array(round(extract(epoch FROM h.at)), h.bytes) ORDER BY h.at) AS line
        FROM (
            SELECT DISTINCT ON (h.relation, floor(extract(epoch FROM h.at - s.since) / s.seconds))
                   h.relation, h.at, h.table_bytes + h.index_bytes AS bytes
            FROM span AS s, monitor.relation_history AS h WHERE h.at > s.since
            ORDER BY h.relation, floor(extract(epoch FROM h.at - s.since) / s.seconds), h.at DESC
        ) AS h GROUP BY h.relation
    ), growth AS MATERIALIZED (
        -- Sizes are taken from the snapshots: reading a table's size waits for its locks, and this page is needed most
        -- when there are such locks.
        SELECT n.*, n.table_bytes + n.index_bytes - d.bytes AS bytes_in_a_day,
               n.table_bytes + n.index_bytes - w.bytes AS bytes_in_a_week
        FROM (
            SELECT DISTINCT ON (h.relation) h.relation, h.at, h.table_bytes, h.index_bytes, h.live_rows
            FROM monitor.relation_history AS h WHERE h.at > now() - interval '1 day' ORDER BY h.relation, h.at DESC
        ) AS n
        CROSS JOIN LATERAL (
            SELECT h.table_bytes + h.index_bytes AS bytes FROM monitor.relation_history AS h
            WHERE h.relation = n.relation AND h.at >= n.at - interval '1 day' ORDER BY h.at LIMIT 1
        ) AS d
        CROSS JOIN LATERAL (
            SELECT h.table_bytes + h.index_bytes AS bytes FROM monitor.relation_history AS h
            WHERE h.relation = n.relation AND h.at >= n.at - interval '7 days' ORDER BY h.at LIMIT 1
        ) AS w
        ORDER BY n.table_bytes + n.index_bytes DESC LIMIT 40
    )
    SELECT json_build_object(
        'at', round(extract(epoch FROM now())), 'since', (SELECT round(extract(epoch FROM s.since)) FROM span AS s),
        'hours', review.hours,
        'database', current_database(), 'version', current_setting('server_version'),
        'started', round(extract(epoch FROM pg_postmaster_start_time())),
        'gaps', (SELECT coalesce(json_agg(g), '[]') FROM monitor.find_gaps() AS g),
        'activity', (
            SELECT json_build_object(
                'times', coalesce(json_agg(round(extract(epoch FROM p.at)) ORDER BY p.part), '[]'),
                'active', json_agg(p.active ORDER BY p.part),
                'idle_in_transaction', json_agg(p.idle_in_transaction ORDER BY p.part),
                'waiting', json_agg(p.waiting ORDER BY p.part), 'connections', json_agg(p.connections ORDER BY p.part),
                'longest', json_agg(round(p.longest::numeric, 1) ORDER BY p.part),
                'committed', json_agg(round(p.committed::numeric, 2) ORDER BY p.part),
                'rolled_back', json_agg(round(p.rolled_back::numeric, 2) ORDER BY p.part),
                'deadlocks', json_agg(p.deadlocks ORDER BY p.part),
                'hit', json_agg(round(p.hit::numeric, 2) ORDER BY p.part),
                'reads', json_agg(round(p.reads::numeric, 2) ORDER BY p.part),
                'temp', json_agg(round(p.temp::numeric) ORDER BY p.part),
                'wal', json_agg(round(p.wal::numeric) ORDER BY p.part),
                'bytes', json_agg(p.bytes ORDER BY p.part), 'due', json_agg(p.due ORDER BY p.part),
                'failing', json_agg(p.failing ORDER BY p.part),
                'oldest', json_agg(round(p.oldest::numeric) ORDER BY p.part))
            FROM parts AS p),
        'endpoints', (
            SELECT coalesce(json_agg(json_build_object(
                'endpoint', e.endpoint, 'calls', e.calls, 'total_ms', round(e.total_ms::numeric, 1),
                'mean_ms', round((e.total_ms / e.calls)::numeric, 3),
                'worst_ms', round(e.worst_ms::numeric, 1), 'rows', e.rows, 'blocks_read', e.blocks_read,
                'hit', round(100.0 * e.blocks_hit / nullif(e.blocks_hit + e.blocks_read, 0), 1),
                'temp_blocks', e.temp_blocks, 'wal', e.wal,
                'load', l.load, 'rate', l.rate, 'mean', l.mean) ORDER BY e.total_ms DESC), '[]')
            FROM endpoints AS e LEFT JOIN lines AS l ON l.endpoint IS NOT DISTINCT FROM e.endpoint),
        'tables', (
            SELECT coalesce(json_agg(json_build_object(
                'relation', g.relation, 'table_bytes', g.table_bytes, 'index_bytes', g.index_bytes,
                'live_rows', g.live_rows,
                'day', g.bytes_in_a_day, 'week', g.bytes_in_a_week, 'line', z.line,
                'dead_rows', v.dead_rows, 'dead_percent', v.dead_percent,
                'last_vacuum', round(extract(epoch FROM v.last_vacuum)))
                ORDER BY g.table_bytes + g.index_bytes DESC), '[]')
            FROM growth AS g
            LEFT JOIN sizes AS z ON z.relation = g.relation
            LEFT JOIN monitor.vacuum AS v ON v.relation = g.relation),
        'unused', (
            SELECT coalesce(json_agg(json_build_object('relation', u.relation, 'index', u.index_name,
                                                       'bytes', u.bytes, 'writes', u.writes,
                                                       'foreign_key', u.serves_foreign_key)
                                     ORDER BY u.bytes DESC, u.index_name), '[]')
            FROM (SELECT u.* FROM monitor.unused_indexes AS u ORDER BY u.bytes DESC LIMIT 30) AS u),
        'locks', (SELECT coalesce(json_agg(l ORDER BY l.waits_seconds DESC), '[]') FROM monitor.locks AS l),
        'transactions', (SELECT coalesce(json_agg(t ORDER BY t.open_seconds DESC), '[]')
                         FROM monitor.transactions AS t),
        'queue', (SELECT coalesce(json_agg(q ORDER BY q.due DESC, q.later DESC, q.kind), '[]') FROM monitor.queue AS q),
        'sessions', (SELECT coalesce(json_agg(c ORDER BY c.sessions DESC, c.role_name, c.state), '[]')
                     FROM monitor.connections AS c),
        'wraparound', (SELECT max(w.percent_to_stop) FROM monitor.wraparound AS w));
$$;

GRANT EXECUTE ON FUNCTION monitor.review TO store_monitor;
