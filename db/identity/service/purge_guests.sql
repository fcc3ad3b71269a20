-- Removes guests who left, a batch of them. Returns the number of guests; the worker repeats this until it is 0.
-- Callers:   the worker.
-- Locks:     those of identity.purge_guests.
-- Errors:    forbidden 403.
CREATE FUNCTION api.purge_guests()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN identity.purge_guests();
END $$;

COMMENT ON FUNCTION api.purge_guests IS
'Remove guests

For the worker: deletes guests whose session has ended without an order, and erases the personal data of the others when
`guest_data_kept` is over.';

GRANT EXECUTE ON FUNCTION api.purge_guests TO app_worker;
