-- Stores the work of each statement since the last snapshot. The first snapshot, also after a crash, only records the
-- counters.
-- Callers:   monitor.take_snapshot.
-- Locks:     the counters and endpoints of the statements.
CREATE OR REPLACE FUNCTION monitor.take_statements(at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_first   CONSTANT boolean := NOT EXISTS (SELECT FROM monitor.statement_counters);
    v_unknown bigint[];
BEGIN
    -- Texts are read from a file, so they are read only for statements that are new.
    SELECT array_agg(s.queryid) INTO v_unknown FROM monitor.read_statements(false) AS s
    WHERE NOT EXISTS (SELECT FROM monitor.statement_endpoints AS e WHERE e.queryid = s.queryid);
    IF v_unknown IS NOT NULL THEN
        INSERT INTO monitor.statement_endpoints (queryid, endpoint, last_seen)
        SELECT DISTINCT ON (s.queryid) s.queryid, monitor.endpoint_of(s.query), take_statements.at
        FROM monitor.read_statements(true) AS s WHERE s.queryid = ANY (v_unknown)
        ON CONFLICT DO NOTHING;
    END IF;

    WITH seen AS MATERIALIZED (
        SELECT s.queryid, s.role_id, s.calls, s.total_ms, s.worst_ms, s.rows, s.blocks_hit, s.blocks_read,
               s.temp_blocks_written, s.wal_bytes
        FROM monitor.read_statements(false) AS s
    ), changed AS MATERIALIZED (
        -- Fewer calls than before: the statistics were reset, or the statement was evicted and came back. Then all of
        -- its calls are new.
        SELECT s.*, CASE WHEN b.calls <= s.calls THEN b.calls END AS base
        FROM seen AS s LEFT JOIN monitor.statement_counters AS b ON b.queryid = s.queryid AND b.role_id = s.role_id
        WHERE b.calls IS DISTINCT FROM s.calls
    ), stored AS (
        INSERT INTO monitor.statement_history (
            at, queryid, role_name, endpoint, calls, total_ms, worst_ms, rows, blocks_hit, blocks_read,
            temp_blocks_written, wal_bytes)
        SELECT take_statements.at, c.queryid, pg_get_userbyid(c.role_id), e.endpoint,
               c.calls - coalesce(c.base, 0),
               greatest(c.total_ms - CASE WHEN c.base IS NULL THEN 0 ELSE b.total_ms END, 0), c.worst_ms,
               c.rows - CASE WHEN c.base IS NULL THEN 0 ELSE b.rows END,
               c.blocks_hit - CASE WHEN c.base IS NULL THEN 0 ELSE b.blocks_hit END,
               c.blocks_read - CASE WHEN c.base IS NULL THEN 0 ELSE b.blocks_read END,
               c.temp_blocks_written - CASE WHEN c.base IS NULL THEN 0 ELSE b.temp_blocks_written END,
               c.wal_bytes - CASE WHEN c.base IS NULL THEN 0 ELSE b.wal_bytes END
        FROM changed AS c
        LEFT JOIN monitor.statement_counters AS b ON b.queryid = c.queryid AND b.role_id = c.role_id
        LEFT JOIN monitor.statement_endpoints AS e ON e.queryid = c.queryid
        WHERE NOT v_first
    ), forgotten AS (
        DELETE FROM monitor.statement_counters AS b
        WHERE NOT EXISTS (SELECT FROM seen AS s WHERE s.queryid = b.queryid AND s.role_id = b.role_id)
    )
    INSERT INTO monitor.statement_counters AS b (
        queryid, role_id, calls, total_ms, rows, blocks_hit, blocks_read, temp_blocks_written, wal_bytes)
    SELECT c.queryid, c.role_id, c.calls, c.total_ms, c.rows, c.blocks_hit, c.blocks_read,
           c.temp_blocks_written, c.wal_bytes
    FROM changed AS c
    ON CONFLICT (queryid, role_id) DO UPDATE
    SET calls = excluded.calls, total_ms = excluded.total_ms, rows = excluded.rows, blocks_hit = excluded.blocks_hit,
        blocks_read = excluded.blocks_read, temp_blocks_written = excluded.temp_blocks_written,
        wal_bytes = excluded.wal_bytes;

    UPDATE monitor.statement_endpoints AS e SET last_seen = take_statements.at
    FROM monitor.statement_counters AS b
    WHERE b.queryid = e.queryid AND e.last_seen < take_statements.at - interval '1 day';
    DELETE FROM monitor.statement_endpoints AS e WHERE e.last_seen < take_statements.at - interval '14 days';
END $$;
