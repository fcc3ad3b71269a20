-- A new secret for the caller's authenticator app, in base32, with its URI. It does not count until a code has shown
-- that the app has it (confirm_second_factor); until then, another call replaces it.
-- Callers:   api.begin_second_factor.
-- Locks:     the account.
-- Errors:    second_factor_active 409.
-- Definer:   writes second factors, which no caller may.
CREATE OR REPLACE FUNCTION identity.begin_second_factor(OUT secret text, OUT uri text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Two random UUIDs hold 244 random bits from the server's strong source; RFC 4226 wants 160.
    v_secret  CONSTANT bytea :=
        substr(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 1, 20);
    v_account identity.accounts;
    v_shop    CONSTANT text := (SELECT s.name FROM billing.sellers AS s ORDER BY s.version DESC LIMIT 1);
BEGIN
    SELECT * INTO STRICT v_account FROM identity.accounts AS a WHERE a.id = identity.current_actor() FOR NO KEY UPDATE;
    INSERT INTO identity.second_factors AS f (account_id, secret) VALUES (v_account.id, v_secret)
    ON CONFLICT ON CONSTRAINT second_factors_pkey
    DO UPDATE SET secret = excluded.secret, created_at = now() WHERE f.confirmed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'second_factor_active',
            MESSAGE = 'There is a second factor already.', HINT = 'Remove it first: DELETE /v1/account/second-factor.';
    END IF;
    secret := identity.encode_base32(v_secret);
    uri := identity.otpauth_uri(v_shop, coalesce(v_account.email, v_account.handle, v_account.id::text), secret);
END $$;

GRANT EXECUTE ON FUNCTION identity.begin_second_factor TO store_api;
