-- The work of vacuum, by table. bytes is as of the last VACUUM or ANALYZE: reading the file's size would wait for locks
-- on the table.
CREATE OR REPLACE VIEW monitor.vacuum WITH (security_barrier) AS
SELECT format('%I.%I', s.schemaname, s.relname) AS relation, s.n_live_tup AS live_rows, s.n_dead_tup AS dead_rows,
       round(100.0 * s.n_dead_tup / nullif(s.n_live_tup + s.n_dead_tup, 0), 1) AS dead_percent,
       d.due_at AS due_at_dead_rows, s.n_dead_tup > d.due_at AS is_due,
       greatest(s.last_vacuum, s.last_autovacuum) AS last_vacuum, s.vacuum_count + s.autovacuum_count AS vacuums,
       greatest(s.last_analyze, s.last_autoanalyze) AS last_analyze, s.n_mod_since_analyze AS changed_since_analyze,
       age(c.relfrozenxid) AS freeze_age,
       round(
           100.0 * age(c.relfrozenxid) / current_setting('autovacuum_freeze_max_age')::bigint, 1
       ) AS percent_to_forced_vacuum, s.total_autovacuum_time AS autovacuum_ms,
       c.relpages * current_setting('block_size')::bigint AS bytes
FROM pg_stat_user_tables AS s
JOIN pg_class AS c ON c.oid = s.relid
CROSS JOIN LATERAL (
    SELECT max(
        CASE WHEN o.option_name = 'autovacuum_vacuum_threshold' THEN o.option_value::double precision END
    ) AS threshold,
           max(
               CASE WHEN o.option_name = 'autovacuum_vacuum_scale_factor' THEN o.option_value::double precision END
           ) AS factor
    FROM pg_options_to_table(c.reloptions) AS o
) AS o
CROSS JOIN LATERAL (
    SELECT least(
        coalesce(o.threshold, current_setting('autovacuum_vacuum_threshold')::double precision)
        + greatest(c.reltuples, 0) * coalesce(o.factor,
                                              current_setting('autovacuum_vacuum_scale_factor')::double precision),
        nullif(current_setting('autovacuum_vacuum_max_threshold')::double precision, -1))::bigint AS due_at
) AS d
WHERE c.relkind <> 'p';

COMMENT ON VIEW monitor.vacuum IS
'Dead rows, and when autovacuum will remove them. ORDER BY dead_rows DESC.
Read: is_due for long with an old last_vacuum means that autovacuum does not keep up, or that something blocks it
(monitor.transactions, monitor.slots). percent_to_forced_vacuum at 100 starts a vacuum that is not cancelled by other
sessions.
Do: end what blocks it; VACUUM (VERBOSE) relation; for a table with many changes ALTER TABLE … SET
(autovacuum_vacuum_scale_factor = 0.02) in a migration.';

GRANT SELECT ON monitor.vacuum TO store_monitor;
