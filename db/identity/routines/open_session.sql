-- Logs in: compares the password's hash, asks for a code if there is a second factor, and opens a session of 30 days,
-- which is fresh (require_fresh). A wrong code is counted, which has to be committed: so it is no error, and all
-- results are NULL. Nothing about the second factor is said before the password was right.
-- Callers:   api.create_session.
-- Locks:     the account. A password change holds it too, so the hash is compared again under the lock. The counted
--            attempts at the second factor.
-- Errors:    credentials_invalid 401 (the same for an unknown e-mail, a wrong password, a closed account),
--            account_suspended 403, code_required 401, too_many_attempts 429 (only after the right password).
-- Definer:   reads passwords and second factors, writes sessions.
CREATE OR REPLACE FUNCTION identity.open_session(
    email text, password text, code text, client_address text, user_agent text,
    OUT account identity.accounts, OUT access_token text, OUT refresh_token text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_proof   CONSTANT bytea := sha256(convert_to(open_session.password, 'UTF8'));
    v_account identity.accounts;
    v_session uuid;
    v_asks    boolean;
BEGIN
    SELECT a.* INTO v_account
    FROM identity.accounts AS a JOIN identity.passwords AS p ON p.account_id = a.id
    WHERE lower(a.email) = lower(open_session.email) AND p.proof = v_proof AND a.status <> 'closed';
    IF FOUND AND v_account.status = 'active' THEN
        -- Read again: a suspension may have committed while this waited for the account.
        SELECT a.* INTO v_account FROM identity.accounts AS a WHERE a.id = v_account.id FOR NO KEY UPDATE;
        PERFORM FROM identity.passwords AS p WHERE p.account_id = v_account.id AND p.proof = v_proof;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'credentials_invalid',
            MESSAGE = 'The e-mail address or the password is wrong.';
    END IF;
    IF v_account.status <> 'active' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'account_suspended',
            MESSAGE = 'This account is suspended.', HINT = 'Write to customer service.';
    END IF;

    v_asks := EXISTS (SELECT FROM identity.second_factors AS f
                      WHERE f.account_id = v_account.id AND f.confirmed_at IS NOT NULL);
    IF v_asks THEN
        IF open_session.code IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'code_required',
                MESSAGE = 'This account has a second factor.',
                HINT = 'Send the code of the app, or a recovery code, as code with the same request.';
        END IF;
        PERFORM identity.count_code(v_account.id);
        IF NOT identity.check_code(v_account.id, open_session.code) THEN
            RETURN;
        END IF;
    END IF;

    UPDATE identity.accounts AS a SET last_login_at = now() WHERE a.id = v_account.id RETURNING a.* INTO v_account;
    INSERT INTO identity.sessions (account_id, expires_at, confirmed_at, code_at, enrolling, ip_address, user_agent)
    VALUES (v_account.id, now() + interval '30 days', now(), CASE WHEN v_asks THEN now() END,
            identity.must_enrol(v_account), left(open_session.client_address, 64),
            identity.clean_user_agent(open_session.user_agent))
    RETURNING id INTO v_session;
    PERFORM identity.drop_oldest_sessions(v_account.id);
    PERFORM audit.record_security_event('log_in', v_account.id, '{"reason": "password"}', v_session);
    account := v_account;
    SELECT i.access_token, i.refresh_token INTO access_token, refresh_token FROM identity.issue_session(v_session) AS i;
END $$;

GRANT EXECUTE ON FUNCTION identity.open_session TO store_api;
