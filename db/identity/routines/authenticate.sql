-- Verifies the caller's token (app.token) and says who it is. Sets app.actor, app.audience and app.session for this
-- transaction, over whatever was there.
-- A session that may only set up a second factor (identity.must_enrol) is refused, except by the functions that this
-- takes: they pass `enrolling`, and tests/security/test_mandatory_second_factor.py lists them.
-- An API key goes on in authenticate_key(), from where a token of ours never comes: keys cost those nothing.
-- Callers:   the first line of every signed-in api function.
-- Locks:     none; of a caller with an API key see authenticate_key().
-- Errors:    token_missing, token_invalid, token_expired, session_revoked, account_suspended 401; isolation_refused,
--            second_factor_required 403; with an API key those of authenticate_key().
-- Definer:   reads signing keys and sessions, which no caller may.
CREATE OR REPLACE FUNCTION identity.authenticate(enrolling boolean DEFAULT false)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_token   text := current_setting('app.token', true);
    v_header  text;
    v_body    text;
    v_inner   bytea;
    v_outer   bytea;
    v_claims  jsonb;
    v_role    text;
    v_actor   uuid;
    v_enrols  boolean;
BEGIN
    -- Rules that count (a promotion's uses, a list that is full) lock and then look: an older snapshot would not see
    -- who was there before.
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'isolation_refused',
            MESSAGE = 'Calls must use the isolation level READ COMMITTED.';
    END IF;
    IF coalesce(v_token, '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'token_missing',
            MESSAGE = 'This needs a log-in.', HINT = 'Send an access token: Authorization: Bearer …';
    END IF;

    -- The whole header is looked up, so the algorithm is the key's and never the caller's choice. A retired key
    -- verifies until its last token has expired. Ours have some 400 bytes: a huge one is not looked at.
    v_token := CASE WHEN octet_length(v_token) <= 4096 THEN v_token ELSE '' END;
    v_header := split_part(v_token, '.', 1);
    v_body := split_part(v_token, '.', 2);
    SELECT k.inner_pad, k.outer_pad INTO v_inner, v_outer
    FROM identity.signing_keys AS k
    WHERE k.header = v_header AND (k.retired_at IS NULL OR k.retired_at > now() - identity.longest_token_life());
    IF NOT FOUND
        OR v_token IS DISTINCT FROM v_header || '.' || v_body || '.'
            || identity.encode_base64url(
                sha256(v_outer || sha256(v_inner || convert_to(v_header || '.' || v_body, 'UTF8')))
            )
    THEN
        IF starts_with(v_token, 'sp_') THEN
            RETURN identity.authenticate_key(v_token, authenticate.enrolling);
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'token_invalid',
            MESSAGE = 'The access token is not valid.', HINT = 'Refresh the session or log in again.';
    END IF;

    -- Ours from here on: what the signature covers was written by issue_token().
    v_claims := convert_from(identity.decode_base64url(v_body), 'UTF8')::jsonb;
    IF to_timestamp((v_claims ->> 'exp')::double precision) <= clock_timestamp() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'token_expired',
            MESSAGE = 'The access token has expired.', HINT = 'Refresh the session or log in again.';
    END IF;

    v_role := v_claims ->> 'role';
    IF session_user IS DISTINCT FROM 'web_' || v_role THEN
        -- A DBA, or a program of the shop's own that calls as customers and merchants (db/docs/dba.md).
        IF NOT pg_has_role(session_user, 'store_owner', 'MEMBER')
            AND NOT (v_role IN ('guest', 'customer', 'merchant')
                     AND pg_has_role(session_user, 'app_readwrite', 'MEMBER'))
        THEN
            RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'token_invalid',
                MESSAGE = 'The access token is for another audience.', HINT = 'Log in again.';
        END IF;
    END IF;

    v_actor := v_claims ->> 'sub';
    SELECT s.enrolling INTO v_enrols
    FROM identity.sessions AS s
    JOIN identity.accounts AS a ON a.id = s.account_id
    WHERE s.id = (v_claims ->> 'sid')::uuid AND s.account_id = v_actor AND s.revoked_at IS NULL AND s.expires_at > now()
      AND a.role = v_role AND a.status = 'active';
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM identity.sessions AS s JOIN identity.accounts AS a ON a.id = s.account_id
                   WHERE s.id = (v_claims ->> 'sid')::uuid AND s.account_id = v_actor AND a.status = 'suspended')
        THEN
            RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'account_suspended',
                MESSAGE = 'This account is suspended.', HINT = 'Write to customer service.';
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'session_revoked',
            MESSAGE = 'This session has ended.', HINT = 'Log in again.';
    ELSIF v_enrols AND NOT authenticate.enrolling THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'second_factor_required',
            MESSAGE = 'This shop requires a second factor of its staff: set one up first.',
            HINT = 'Begin with POST /v1/account/second-factor.';
    END IF;

    PERFORM set_config('app.actor', v_actor::text, true),
            set_config('app.audience', v_role, true),
            set_config('app.session', v_claims ->> 'sid', true);
    RETURN v_actor;
END $$;

GRANT EXECUTE ON FUNCTION identity.authenticate TO store_api;
