-- Creates the partitions of today and tomorrow (UTC) and drops those older than 14 days, so that nothing is deleted row
-- by row.
-- Callers:   monitor.take_snapshot.
-- Locks:     the history table (ACCESS EXCLUSIVE), once or twice a day.
CREATE OR REPLACE FUNCTION monitor.ensure_partitions(keep interval DEFAULT '14 days')
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_table text;
    v_day   date;
    v_old   record;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['statement_history', 'relation_history', 'activity_history'] LOOP
        FOR v_day IN SELECT (now() AT TIME ZONE 'UTC')::date + n FROM generate_series(0, 1) AS n LOOP
            IF to_regclass(format('monitor.%I', v_table || to_char(v_day, '_YYYYMMDD'))) IS NULL THEN
                EXECUTE format('CREATE TABLE monitor.%I PARTITION OF monitor.%I FOR VALUES FROM (%L) TO (%L)',
                               v_table || to_char(v_day, '_YYYYMMDD'), v_table,
                               v_day::timestamp AT TIME ZONE 'UTC', (v_day + 1)::timestamp AT TIME ZONE 'UTC');
            END IF;
        END LOOP;
        FOR v_old IN
            SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
            WHERE i.inhparent = format('monitor.%I', v_table)::regclass
              AND to_date(right(c.relname, 8), 'YYYYMMDD') < (now() AT TIME ZONE 'UTC')::date - keep
        LOOP
            EXECUTE format('DROP TABLE monitor.%I', v_old.relname);
        END LOOP;
    END LOOP;
END $$;
