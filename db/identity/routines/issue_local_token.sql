-- Returns an access token for local use, for the account with that e-mail, or the first account of that role. Opens a
-- session of one day, which counts as confirmed all the time: the administrator can issue another at any time.
-- Callers:   `storeproc token`, over the administrator's connection. Not granted to any web role.
-- Locks:     none: it only inserts.
-- Errors:    production_refused 403, account_not_found 404.
CREATE OR REPLACE FUNCTION identity.issue_local_token(role text, email text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_account identity.accounts;
    v_session uuid;
BEGIN
    IF identity.is_production() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'production_refused',
            MESSAGE = 'This server is marked as production: log in to get a token.';
    END IF;
    SELECT * INTO v_account FROM identity.accounts AS a
    WHERE a.role = issue_local_token.role AND a.status = 'active'
      AND (issue_local_token.email IS NULL OR lower(a.email) = lower(issue_local_token.email))
    ORDER BY a.created_at LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'account_not_found',
            MESSAGE = format('There is no active %s account%s.', issue_local_token.role,
                             coalesce(' ' || issue_local_token.email, ''));
    END IF;
    INSERT INTO identity.sessions (account_id, expires_at, confirmed_at)
    VALUES (v_account.id, now() + interval '1 day', now() + interval '1 day')
    RETURNING id INTO v_session;
    PERFORM audit.record_security_event('token_issued', v_account.id, '{}', v_session);
    RETURN identity.issue_token(v_account.id, v_account.role, v_session, '1 day');
END $$;
