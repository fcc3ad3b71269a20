-- The empty space in each table and index: free_percent and wasted_bytes. A fifth is normal and will be reused. Above
-- half of a large one: VACUUM (FULL) or, without a lock, pg_repack for a table; REINDEX INDEX CONCURRENTLY for an
-- index. Reads the visibility map, the pages that are not all-visible, and each index as a whole: some seconds per
-- gigabyte. Call it by hand, not from a scrape.
-- Callers:   store_monitor, by hand.
-- Errors:    feature_not_supported if pgstattuple is missing.
CREATE OR REPLACE FUNCTION monitor.measure_bloat(larger_than bigint DEFAULT 1000000)
RETURNS TABLE (relation text, kind text, bytes bigint, free_percent numeric, wasted_bytes bigint, dead_rows bigint)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regproc('extensions.pgstatindex') IS NULL
       AND NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pgstattuple') THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
            MESSAGE = 'The extension pgstattuple is missing.',
            HINT = 'As a superuser: CREATE EXTENSION pgstattuple SCHEMA extensions.';
    END IF;
    -- Dynamic SQL, because the extension may be missing.
    RETURN QUERY EXECUTE '
        SELECT format(''%I.%I'', n.nspname, c.relname), ''table'', pg_table_size(c.oid),
               round(100 * (t.approx_free_space + t.dead_tuple_len)::numeric / greatest(t.table_len, 1), 1),
               t.approx_free_space::bigint + t.dead_tuple_len, t.dead_tuple_count
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL extensions.pgstattuple_approx(c.oid) AS t
        WHERE c.relkind IN (''r'', ''m'') AND n.nspname NOT LIKE ''pg\_%'' AND n.nspname <> ''information_schema''
          AND pg_relation_size(c.oid) >= $1
        UNION ALL
        SELECT format(''%I.%I'', n.nspname, c.relname), ''index'', pg_relation_size(c.oid),
               round((100 - nullif(t.avg_leaf_density, ''NaN''))::numeric, 1),
               (pg_relation_size(c.oid) * (100 - nullif(t.avg_leaf_density, ''NaN'')) / 100)::bigint, NULL
        FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_am AS a ON a.oid = c.relam AND a.amname = ''btree''
        CROSS JOIN LATERAL extensions.pgstatindex(c.oid::regclass) AS t
        WHERE c.relkind = ''i'' AND n.nspname NOT LIKE ''pg\_%'' AND pg_relation_size(c.oid) >= $1
        ORDER BY 5 DESC NULLS LAST'
    USING measure_bloat.larger_than;
END $$;

GRANT EXECUTE ON FUNCTION monitor.measure_bloat TO store_monitor;
