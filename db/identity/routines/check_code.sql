-- Whether a code is right: of the authenticator app, or a recovery code. It is used up by this call. The caller has
-- counted the attempt (count_code).
-- Callers:   open_session, confirm_code. Not granted to store_api.
-- Locks:     the account, so that of two calls with one code the second finds it used; the counted attempts.
CREATE OR REPLACE FUNCTION identity.check_code(account_id uuid, code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_code   CONSTANT text := identity.plain_code(check_code.code);
    v_factor identity.second_factors;
    v_step   bigint;
BEGIN
    PERFORM FROM identity.accounts AS a WHERE a.id = check_code.account_id FOR NO KEY UPDATE;
    SELECT * INTO v_factor FROM identity.second_factors AS f
    WHERE f.account_id = check_code.account_id AND f.confirmed_at IS NOT NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    v_step := identity.match_step(v_factor, v_code);
    IF v_step IS NOT NULL THEN
        UPDATE identity.second_factors AS f SET last_step = v_step WHERE f.account_id = v_factor.account_id;
    ELSE
        UPDATE identity.recovery_codes AS r SET used_at = now()
        WHERE r.account_id = v_factor.account_id AND r.code_hash = sha256(convert_to(v_code, 'UTF8'))
          AND r.used_at IS NULL;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        PERFORM identity.report_second_factor(v_factor.account_id, 'recovery_code_used');
    END IF;
    PERFORM identity.forget_codes(v_factor.account_id);
    RETURN true;
END $$;
