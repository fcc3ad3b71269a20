-- What a password must not contain, in lower case and without spaces: the shop's name and its words of at least five
-- letters, an e-mail and its local part if that has at least four characters. Shorter ones occur by chance.
-- Callers:   api.get_password_words.
-- Errors:    mail_token_invalid 422: there is no such reset token. One that was used is no error here, so that a
--            request can be repeated with its Idempotency-Key.
-- Definer:   reads mail tokens; there is no signed-in caller.
CREATE OR REPLACE FUNCTION identity.password_words(email text, reset_token text)
RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_hash  CONSTANT bytea := sha256(convert_to(password_words.reset_token, 'UTF8'));
    v_email text           := lower(password_words.email);
    v_name  CONSTANT text  := (SELECT lower(s.name) FROM billing.sellers AS s ORDER BY s.version DESC LIMIT 1);
BEGIN
    IF password_words.reset_token IS NOT NULL THEN
        SELECT lower(t.email) INTO v_email
        FROM identity.mail_tokens AS t
        WHERE t.token_hash = v_hash AND t.purpose = 'password_reset';
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'mail_token_invalid',
                MESSAGE = 'This link is not valid any more.', HINT = 'Ask for another mail.';
        END IF;
    END IF;
    RETURN ARRAY(
        SELECT DISTINCT w.word
        FROM (
            SELECT regexp_replace(v_name, '\s', '', 'g') AS word, 4 AS least
            UNION ALL SELECT n.word, 5 FROM regexp_split_to_table(v_name, '\W+') AS n(word)
            UNION ALL SELECT v_email, 4
            UNION ALL SELECT split_part(v_email, '@', 1), 4
        ) AS w
        WHERE char_length(w.word) >= w.least
        ORDER BY w.word
    );
END $$;

GRANT EXECUTE ON FUNCTION identity.password_words TO store_api;
