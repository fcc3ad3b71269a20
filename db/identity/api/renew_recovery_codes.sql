-- Makes new recovery codes for the caller.
-- Locks:  the account.
-- Errors: confirmation_required, code_required 403; second_factor_missing 404.
CREATE FUNCTION api.renew_recovery_codes()
RETURNS api.recovery_code_set
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.require_fresh();
    RETURN ROW(identity.renew_recovery_codes())::api.recovery_code_set;
END $$;

COMMENT ON FUNCTION api.renew_recovery_codes IS
'Make new recovery codes

Ten, shown once; the earlier ones are void. Needs a code within the last ten minutes, like turning it off.';

GRANT EXECUTE ON FUNCTION api.renew_recovery_codes TO app_customer;
