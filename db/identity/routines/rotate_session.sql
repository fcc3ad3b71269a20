-- Exchanges a refresh token, once, for a new pair of tokens. A token that is used twice was stolen, and either use may
-- be the thief's: the session ends for both, and the function returns NULL instead of raising an error, which would
-- roll that back.
-- Callers:   api.refresh_session.
-- Locks:     the session, so that of two concurrent uses one rotates the token and the other counts as reuse; the
--            counted attempts of the session.
-- Errors:    refresh_token_invalid 401 (unknown, expired, session ended), session_idle 401 (of staff, after
--            sales.settings.staff_idle_time_to_live without a refresh), account_suspended 403, too_many_attempts 429
--            (300 within 15 minutes, since used tokens are kept to be recognised).
-- Definer:   reads and writes sessions and refresh tokens.
CREATE OR REPLACE FUNCTION identity.rotate_session(
    presented text, client_address text, user_agent text,
    OUT account identity.accounts, OUT access_token text, OUT refresh_token text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_hash    CONSTANT bytea := sha256(convert_to(rotate_session.presented, 'UTF8'));
    v_session identity.sessions;
    v_account identity.accounts;
BEGIN
    SELECT s.* INTO v_session FROM identity.sessions AS s
    WHERE s.id = (SELECT t.session_id FROM identity.refresh_tokens AS t WHERE t.token_hash = v_hash)
    FOR NO KEY UPDATE;
    IF FOUND THEN
        SELECT a.* INTO STRICT v_account FROM identity.accounts AS a WHERE a.id = v_session.account_id;
    END IF;
    -- Suspending an account also ends its sessions; this error gives the reason.
    IF v_account.status = 'suspended' AND v_session.expires_at > now() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'account_suspended',
            MESSAGE = 'This account is suspended.', HINT = 'Write to customer service.';
    END IF;
    IF v_account.status IS DISTINCT FROM 'active'
       OR v_session.revoked_at IS NOT NULL
       OR v_session.expires_at <= now() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'refresh_token_invalid',
            MESSAGE = 'The refresh token is not valid.', HINT = 'Log in again.';
    END IF;

    -- An access token lives for 15 minutes, so a session in use is refreshed at least that often.
    IF v_account.role IN ('support', 'admin')
       AND coalesce(v_session.last_used_at, v_session.created_at)
           < now() - (SELECT t.staff_idle_time_to_live FROM sales.settings AS t)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'session_idle',
            MESSAGE = 'This session was not used for too long.', HINT = 'Log in again.';
    END IF;

    PERFORM identity.count_attempt('refresh:' || v_session.id, 300);
    UPDATE identity.refresh_tokens AS t SET used_at = now() WHERE t.token_hash = v_hash AND t.used_at IS NULL;
    IF NOT FOUND THEN
        UPDATE identity.sessions AS s SET revoked_at = now() WHERE s.id = v_session.id;
        PERFORM audit.record_security_event('refresh_token_reused', v_session.account_id, '{}', v_session.id);
        RETURN;
    END IF;
    UPDATE identity.sessions AS s
    SET last_used_at = now(), ip_address = coalesce(left(rotate_session.client_address, 64), s.ip_address),
        user_agent = coalesce(identity.clean_user_agent(rotate_session.user_agent), s.user_agent),
        -- The role or the rule may have changed since.
        enrolling = identity.must_enrol(v_account)
    WHERE s.id = v_session.id;
    account := v_account;
    SELECT i.access_token, i.refresh_token INTO access_token, refresh_token
    FROM identity.issue_session(v_session.id) AS i;
END $$;

GRANT EXECUTE ON FUNCTION identity.rotate_session TO store_api;
