-- Logs in: compares the password's hash and opens a session of 30 days, which is fresh (require_fresh).
-- Callers:   api.create_session.
-- Locks:     the account. A password change holds it too, so the hash is compared again under the lock.
-- Errors:    credentials_invalid 401 (the same for an unknown e-mail, a wrong password, a closed account),
--            account_suspended 403 (only after the right password).
-- Definer:   reads passwords, writes sessions.
CREATE OR REPLACE FUNCTION identity.open_session(
    email text, password text, client_address text, user_agent text,
    OUT account identity.accounts, OUT access_token text, OUT refresh_token text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_proof   CONSTANT bytea := sha256(convert_to(open_session.password, 'UTF8'));
    v_account identity.accounts;
    v_session uuid;
BEGIN
    SELECT a.* INTO v_account
    FROM identity.accounts AS a JOIN identity.passwords AS p ON p.account_id = a.id
    WHERE lower(a.email) = lower(open_session.email) AND p.proof = v_proof AND a.status <> 'closed';
    IF FOUND AND v_account.status = 'active' THEN
        UPDATE identity.accounts AS a SET last_login_at = now() WHERE a.id = v_account.id RETURNING a.* INTO v_account;
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

    INSERT INTO identity.sessions (account_id, expires_at, confirmed_at, ip_address, user_agent)
    VALUES (v_account.id, now() + interval '30 days', now(), left(open_session.client_address, 64),
            identity.clean_user_agent(open_session.user_agent))
    RETURNING id INTO v_session;
    account := v_account;
    SELECT i.access_token, i.refresh_token INTO access_token, refresh_token FROM identity.issue_session(v_session) AS i;
END $$;

GRANT EXECUTE ON FUNCTION identity.open_session TO store_api;
