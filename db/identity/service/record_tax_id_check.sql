-- Records what a service answered about a tax id. An answer is not replaced by the absence of one.
-- Callers:   the worker.
CREATE FUNCTION api.record_tax_id_check(
    check_id uuid, status api.tax_id_status, service text, name text DEFAULT NULL, reference text DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    PERFORM identity.record_tax_id_check(record_tax_id_check.check_id, record_tax_id_check.status,
                                         record_tax_id_check.service, record_tax_id_check.name,
                                         record_tax_id_check.reference);
END $$;

COMMENT ON FUNCTION api.record_tax_id_check IS
'Record what a service answered about a tax id

For the worker.';

GRANT EXECUTE ON FUNCTION api.record_tax_id_check TO app_worker;
