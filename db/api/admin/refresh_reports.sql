-- Makes the reports anew when it is time. Answers whether it did.
CREATE FUNCTION api.refresh_reports()
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN report.refresh_views();
END $$;

COMMENT ON FUNCTION api.refresh_reports IS
'Make the reports anew

For the worker; does nothing before its time, or while another one is at it.';

GRANT EXECUTE ON FUNCTION api.refresh_reports TO app_worker;
