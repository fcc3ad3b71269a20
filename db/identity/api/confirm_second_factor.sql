-- Makes the second factor count, with a code of the app.
-- Locks:  the account, its sessions.
-- Errors: confirmation_required, code_invalid 403; second_factor_missing 404; second_factor_active 409.
CREATE TYPE api.recovery_code_set AS (recovery_codes text[]);
COMMENT ON COLUMN api.recovery_code_set.recovery_codes IS
'Each replaces a code of the app, once. They are not shown again.';

CREATE FUNCTION api.confirm_second_factor(code api.second_factor_code)
RETURNS api.recovery_code_set
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate(enrolling => true);
    PERFORM identity.require_fresh();
    RETURN ROW(identity.confirm_second_factor(confirm_second_factor.code))::api.recovery_code_set;
END $$;

COMMENT ON FUNCTION api.confirm_second_factor IS
'Turn the second factor on

With a code of the app. From now on a log-in needs a code. Returns ten recovery codes for the day that the device is
lost: they are shown once. Every other session ends, and a mail tells you. Needs a log-in or a confirmation within the
last ten minutes.';

GRANT EXECUTE ON FUNCTION api.confirm_second_factor TO app_customer;
