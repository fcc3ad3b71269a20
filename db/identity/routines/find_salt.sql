-- The bcrypt salt of the password of an e-mail's account. For an unknown e-mail it is a computed one, always the same,
-- in bcrypt's form (cost 12; the last character has two bits, as in a real salt), so that the answer does not show
-- whether the e-mail is known. The computed salt depends on a separate key, which never changes.
-- Callers:   api.begin_session.
-- Definer:   reads passwords and that key.
CREATE OR REPLACE FUNCTION identity.find_salt(email text)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_made_up text;
    v_salt    text;
BEGIN
    -- Computed in either case, so that the time does not show it either.
    SELECT '$2b$12$' || translate(
        rtrim(
            encode(
                substr(
                    sha256(k.outer_pad || sha256(k.inner_pad || convert_to('salt:' || lower(find_salt.email), 'UTF8'))),
                    1, 16),
                'base64'),
            '='),
        'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
        './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')
    INTO STRICT v_made_up
    FROM identity.salt_key AS k;

    SELECT p.salt INTO v_salt
    FROM identity.accounts AS a JOIN identity.passwords AS p ON p.account_id = a.id
    WHERE lower(a.email) = lower(find_salt.email);
    RETURN coalesce(v_salt, v_made_up);
END $$;

GRANT EXECUTE ON FUNCTION identity.find_salt TO store_api;
