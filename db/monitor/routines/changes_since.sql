-- The work of each endpoint since a snapshot (all other statements are one line), most time first. Use it to compare
-- two deployments, or a slow hour with the one before.
-- Callers:   store_monitor, storeproc top.
CREATE OR REPLACE FUNCTION monitor.changes_since(since timestamptz, until timestamptz DEFAULT 'infinity')
RETURNS TABLE (
    endpoint text, calls bigint, total_ms double precision, mean_ms double precision, share_percent numeric,
    rows bigint, blocks_read bigint, cache_hit_percent numeric, temp_blocks_written bigint, wal_bytes bigint
)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT h.endpoint, sum(h.calls)::bigint, sum(h.total_ms), sum(h.total_ms) / sum(h.calls),
           round((100 * sum(h.total_ms) / nullif(sum(sum(h.total_ms)) OVER (), 0))::numeric, 1), sum(h.rows)::bigint,
           sum(h.blocks_read)::bigint,
           round(100.0 * sum(h.blocks_hit) / nullif(sum(h.blocks_hit + h.blocks_read), 0), 1),
           sum(h.temp_blocks_written)::bigint, sum(h.wal_bytes)::bigint
    FROM monitor.statement_history AS h
    WHERE h.at > changes_since.since AND h.at <= changes_since.until
    GROUP BY h.endpoint
    HAVING sum(h.calls) > 0
    ORDER BY sum(h.total_ms) DESC;
END;

GRANT EXECUTE ON FUNCTION monitor.changes_since TO store_monitor;
