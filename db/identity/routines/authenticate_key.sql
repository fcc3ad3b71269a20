-- The second half of authenticate() for an API key: verifies it, and that its scopes allow the function that is called.
-- Sets app.actor, app.audience and app.key for this transaction; there is no session.
-- A key acts as a merchant or an admin: the lower of its account's role now and then. The connection is that of the
-- role that the key names, so a role that has become lower is compared with the function's grants here.
-- The function is read from the call stack, whose lines PostgreSQL writes: the one directly behind authenticate(). What
-- is further out may contain text of a caller who writes SQL. Anything unexpected there is refused.
-- Callers:   authenticate.
-- Locks:     the key, at most once a minute, until the end of the transaction; a request that finds it locked goes on.
-- Errors:    api_key_invalid, api_key_revoked, api_key_expired, api_key_suspended, account_suspended 401;
--            session_required, scope_missing, second_factor_required, forbidden 403; primary_required 503 (a standby
--            cannot write last_used_at; the web tier then asks the primary).
-- Definer:   reads and writes API keys.
CREATE OR REPLACE FUNCTION identity.authenticate_key(presented text, enrolling boolean)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_stack    text;
    v_function text;
    v_scope    text;
    v_key      identity.api_keys;
    v_account  identity.accounts;
    v_role     text;
BEGIN
    GET DIAGNOSTICS v_stack = PG_CONTEXT;
    SELECT * INTO v_key FROM identity.api_keys AS k
    WHERE k.key_hash = sha256(convert_to(authenticate_key.presented, 'UTF8'));
    IF NOT FOUND
       OR v_key.live <> identity.is_production()
       OR session_user <> 'web_' || v_key.role AND NOT pg_has_role(session_user, 'store_owner', 'MEMBER')
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'api_key_invalid',
            MESSAGE = 'The API key is not valid.', HINT = 'Send it whole, as it was shown when it was created.';
    ELSIF v_key.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'api_key_revoked',
            MESSAGE = 'This API key was revoked.', HINT = 'Create a new one.';
    ELSIF v_key.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'api_key_expired',
            MESSAGE = 'This API key has expired.', HINT = 'Create a new one.';
    END IF;

    SELECT * INTO STRICT v_account FROM identity.accounts AS a WHERE a.id = v_key.account_id;
    v_role := CASE WHEN v_key.role = 'admin' AND v_account.role = 'admin' THEN 'admin'
                   WHEN v_account.role IN ('merchant', 'admin') THEN 'merchant' END;
    IF v_account.status = 'suspended' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'account_suspended',
            MESSAGE = 'This account is suspended.', HINT = 'Write to customer service.';
    ELSIF v_account.status <> 'active' OR v_role IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'api_key_suspended',
            MESSAGE = 'The account of this API key may no longer use API keys.';
    ELSIF identity.must_enrol(v_account) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'second_factor_required',
            MESSAGE = 'This shop requires a second factor of its staff: set one up first.',
            HINT = 'Log in, and begin with POST /v1/account/second-factor.';
    END IF;

    v_function := substring(
        v_stack FROM '^[^\n]*identity\.authenticate_key\([^\n]*\n[^\n]*identity\.authenticate\([^\n]*\n'
                     '(?:[^\n]*identity\.authenticate\([^\n]*\n)?[^\n(.]*api\.(\w+)\(');
    SELECT s.scope INTO v_scope FROM identity.key_scopes(coalesce(v_function, '')::name) AS s;
    IF v_scope IS NULL OR authenticate_key.enrolling THEN
        PERFORM identity.refuse_key();
    ELSIF v_scope <> '' AND v_scope <> ALL (v_key.scopes)
          -- A writing function returns what it has written, so its scope includes reading.
          AND replace(v_scope, ':read', ':write') <> ALL (v_key.scopes)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'scope_missing',
            MESSAGE = format('This API key may not do this: it lacks the scope %s.', v_scope),
            HINT = 'Create a key that has it.';
    ELSIF v_role <> v_key.role AND NOT EXISTS (
        SELECT FROM pg_proc AS p
        WHERE p.pronamespace = 'api'::regnamespace AND p.proname = v_function
          AND has_function_privilege('app_' || v_role, p.oid, 'EXECUTE'))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'forbidden', MESSAGE = 'Your account may not do this.';
    END IF;

    PERFORM set_config('app.actor', v_key.account_id::text, true),
            set_config('app.audience', v_role, true),
            set_config('app.session', '', true),
            set_config('app.key', v_key.id::text, true);
    IF v_key.last_used_at IS NULL OR v_key.last_used_at < now() - interval '1 minute' THEN
        PERFORM identity.note_key_use(v_key.id);
    END IF;
    RETURN v_key.account_id;
END $$;
