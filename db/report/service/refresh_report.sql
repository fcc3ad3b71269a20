-- Makes one report anew, when it is time. Answers which; null for none.
CREATE FUNCTION api.refresh_report()
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN report.refresh_view();
END $$;

COMMENT ON FUNCTION api.refresh_report IS
'Make a report anew

For the worker: one of those that are due, until there is none.';

GRANT EXECUTE ON FUNCTION api.refresh_report TO app_worker;
