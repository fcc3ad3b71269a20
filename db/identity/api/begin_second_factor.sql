-- Begins to set up a second factor: the only time that its secret leaves the database.
-- Locks:  the account.
-- Errors: confirmation_required 403, second_factor_active 409.
CREATE TYPE api.second_factor_secret AS (secret text, uri text);
COMMENT ON COLUMN api.second_factor_secret.secret IS 'For typing it into the app, in base32.';
COMMENT ON COLUMN api.second_factor_secret.uri IS 'The same for a QR code that the app scans.';

CREATE FUNCTION api.begin_second_factor()
RETURNS api.second_factor_secret
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_answer api.second_factor_secret;
BEGIN
    PERFORM identity.authenticate(enrolling => true);
    PERFORM identity.require_fresh();
    SELECT b.secret, b.uri INTO STRICT v_answer FROM identity.begin_second_factor() AS b;
    RETURN v_answer;
END $$;

COMMENT ON FUNCTION api.begin_second_factor IS
'Set up a second factor

Returns a secret for an authenticator app (TOTP: SHA-1, six digits, 30 seconds), once. Show `uri` as a QR code. It
counts from the moment a code of the app is sent to `POST /v1/account/second-factor/confirm`. Needs a log-in or a
confirmation within the last ten minutes.';

GRANT EXECUTE ON FUNCTION api.begin_second_factor TO app_customer;
