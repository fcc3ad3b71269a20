-- Erases the personal data that a concurrent request left behind when an account was closed. Can be repeated.
-- Callers:   the worker.
CREATE FUNCTION api.erase_account(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    PERFORM identity.erase_account(erase_account.account_id);
END $$;

COMMENT ON FUNCTION api.erase_account IS
'Erase a closed account once more

For the worker.';

GRANT EXECUTE ON FUNCTION api.erase_account TO app_worker;
