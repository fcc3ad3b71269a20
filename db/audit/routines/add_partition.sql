-- Adds the audit's partition of a month, before the first row of that month: rows without a partition of their own are
-- stored in changes_default. It is protected like the whole table.
-- Callers:   api.seal_audit (the next month), a DBA.
-- Returns:   whether one was added.
-- Locks:     ACCESS EXCLUSIVE on changes_default while it is searched for rows of that month; it is empty once months
--            have partitions.
-- Definer:   the worker owns no table.
CREATE OR REPLACE FUNCTION audit.add_partition(month date)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_from CONSTANT timestamptz := date_trunc('month', add_partition.month::timestamp) AT TIME ZONE 'UTC';
    v_to   CONSTANT timestamptz :=
        (date_trunc('month', add_partition.month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    v_name CONSTANT name := 'changes_' || to_char(add_partition.month, 'YYYY_MM');
BEGIN
    IF to_regclass(format('audit.%I', v_name)) IS NOT NULL
       OR EXISTS (SELECT FROM audit.changes_default AS c WHERE c.at >= v_from AND c.at < v_to) THEN
        RETURN false;    -- rows in changes_default stay there
    END IF;
    EXECUTE format('CREATE TABLE audit.%I (LIKE audit.changes INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    EXECUTE format('ALTER TABLE audit.changes ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)', v_name,
                   v_from, v_to);
    EXECUTE format(
        'CREATE TRIGGER append_only_part BEFORE DELETE OR TRUNCATE ON audit.%I '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows()',
        v_name);
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION audit.add_partition TO store_api;
