-- Retention: drops the months of the audit that ended longer ago than audit.retention says.
-- Callers:   api.seal_audit.
-- Returns:   the number of partitions that were dropped.
-- Locks:     ACCESS EXCLUSIVE on the audit, for a moment, if there is something to drop.
-- Definer:   the worker owns no table.
CREATE OR REPLACE FUNCTION audit.apply_retention()
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(d.name)
    FROM audit.retention AS r
    CROSS JOIN LATERAL audit.drop_partitions(((now() - r.keep) AT TIME ZONE 'UTC')::date) AS d (name);
$$;

GRANT EXECUTE ON FUNCTION audit.apply_retention TO store_api;
