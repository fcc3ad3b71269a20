-- Retention: drops the whole months of the audit that ended before a given day; their seals stay. Returns the names of
-- the partitions.
-- Callers:   a DBA: SELECT audit.drop_partitions('2025-01-01');
-- Locks:     ACCESS EXCLUSIVE on the audit, for a moment.
CREATE OR REPLACE FUNCTION audit.drop_partitions(before date)
RETURNS SETOF name
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_name name;
BEGIN
    FOR v_name IN
        SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'audit.changes'::regclass AND c.relname ~ '^changes_\d{4}_\d{2}$'
          AND to_date(substr(c.relname, 9), 'YYYY_MM') + interval '1 month' <= drop_partitions.before
        ORDER BY 1
    LOOP
        EXECUTE format('ALTER TABLE audit.changes DETACH PARTITION audit.%I', v_name);
        EXECUTE format('DROP TABLE audit.%I', v_name);
        RETURN NEXT v_name;
    END LOOP;
END $$;
