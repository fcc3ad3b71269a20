-- Refreshes one report if one is due. Returns its name, or null.
-- Callers:   the worker.
CREATE FUNCTION api.refresh_report()
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN report.refresh_view();
END $$;

COMMENT ON FUNCTION api.refresh_report IS
'Refresh a report

For the worker. Refreshes one report that is due; call again until the result is null.';

GRANT EXECUTE ON FUNCTION api.refresh_report TO app_worker;
