-- A comparison with a gateway's books, and how far it is.
-- Callers:   the worker, `storeproc reconcile`.
-- Errors:    reconciliation_not_found 404.
CREATE TYPE api.reconciliation_work AS (
    id uuid, provider text, status text, since timestamptz, until timestamptz, "position" text, read bigint,
    checked bigint, booked bigint, differences bigint
);

CREATE FUNCTION api.get_reconciliation(run_id uuid)
RETURNS api.reconciliation_work
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_work api.reconciliation_work;
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT r.id, r.provider, r.status, r.since, r.until, r.position, r.read, r.checked, r.booked,
           (SELECT count(*) FROM payments.reconciliation_differences AS d
            WHERE d.provider = r.provider AND d.explained_at IS NULL)
    INTO v_work
    FROM payments.reconciliation_runs AS r WHERE r.id = get_reconciliation.run_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'reconciliation_not_found',
            MESSAGE = 'There is no such reconciliation.';
    END IF;
    RETURN v_work;
END $$;

COMMENT ON FUNCTION api.get_reconciliation IS
'A reconciliation under way

For the worker.';

GRANT EXECUTE ON FUNCTION api.get_reconciliation TO app_worker;
