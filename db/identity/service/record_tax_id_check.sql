-- Records what a service answered about a tax id. An answer is not replaced by the absence of one. Pending orders that
-- are free of tax by an invalid one are priced anew.
-- Callers:   the worker.
-- Locks:     the row of the tax id, then those of sales.follow_invalid_tax_id.
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
    IF record_tax_id_check.status = 'invalid' THEN
        PERFORM sales.follow_invalid_tax_id(record_tax_id_check.check_id);
    END IF;
END $$;

COMMENT ON FUNCTION api.record_tax_id_check IS
'Record what a service answered about a tax id

For the worker.';

GRANT EXECUTE ON FUNCTION api.record_tax_id_check TO app_worker;
