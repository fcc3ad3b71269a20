-- Seals the audit up to now, creates next month's partition before its first row, and drops the months that have been
-- kept long enough.
-- Callers:   the worker.
CREATE FUNCTION api.seal_audit()
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    PERFORM audit.add_partition((now() AT TIME ZONE 'UTC')::date),
    audit.add_partition((now() AT TIME ZONE 'UTC' + interval '1 month')::date);
    PERFORM audit.apply_retention();
    RETURN audit.seal_changes();
END $$;

COMMENT ON FUNCTION api.seal_audit IS
'Seal the audit

For the worker. Returns the number of seals that were added.';

GRANT EXECUTE ON FUNCTION api.seal_audit TO app_worker;
