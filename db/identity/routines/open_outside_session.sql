-- Exchanges a token of an outside identity provider, which the web tier has verified, for one of ours that does not
-- expire later. A log-in there is one session here; after that session was ended (log-out, password change), only a
-- token that was issued afterwards opens another. A change of the role at the provider changes the role here; in
-- between, the role may be changed here. The session is fresh (require_fresh) since the log-in that the provider's
-- claim auth_time names; without that claim, since the token that opened the session was issued: a token that is
-- refreshed proves nothing new. email_known: false if the token has no e-mail and the provider's userinfo endpoint has
-- not been asked for it. email_missing: it should be asked. That is so at the first log-in, before which nothing is
-- written and no token is issued, and at each later one, as long as the account is without e-mail.
-- Callers:   api.exchange_outside_token.
-- Locks:     the outside identity; if its role changes, all active admins and the account; the account if its e-mail is
--            filled in.
-- Errors:    issuer_not_trusted, session_revoked, token_expired, account_suspended 401; email_not_verified_here 409.
-- Definer:   writes accounts and sessions; there is no signed-in caller.
CREATE OR REPLACE FUNCTION identity.open_outside_session(
    issuer text, subject text, issued_at timestamptz, expires_at timestamptz, email text, display_name text, role text,
    authenticated_at timestamptz, email_known boolean, OUT access_token text, OUT audience text, OUT lifetime integer,
    OUT email_missing boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_link    identity.outside_identities;
    v_account identity.accounts;
    v_session identity.sessions;
    v_sets_roles boolean;
BEGIN
    SELECT t.sets_roles INTO v_sets_roles
    FROM identity.outside_issuers AS t WHERE t.issuer = open_outside_session.issuer;
    IF NOT FOUND OR open_outside_session.role IS NOT NULL AND NOT v_sets_roles THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'issuer_not_trusted',
            MESSAGE = 'This identity provider is not trusted here'
                || CASE WHEN v_sets_roles IS NULL THEN '.' ELSE ' to say who may do what.' END,
            HINT = 'Run `storeproc migrate` with OIDC_ISSUER'
                || CASE WHEN v_sets_roles IS NULL THEN '' ELSE ' and OIDC_ROLE_CLAIM' END || ' set.';
    END IF;
    lifetime := least(900, floor(extract(epoch FROM open_outside_session.expires_at - clock_timestamp())));
    IF lifetime <= 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'token_expired',
            MESSAGE = 'The access token has expired.',
            HINT = 'Log in again.';
    END IF;

    email_missing := NOT open_outside_session.email_known
        AND NOT EXISTS (SELECT FROM identity.outside_identities AS i
                        WHERE i.issuer = open_outside_session.issuer AND i.subject = open_outside_session.subject);
    IF email_missing THEN
        RETURN;
    END IF;
    v_link := identity.find_outside_account(open_outside_session.issuer, open_outside_session.subject,
                                            open_outside_session.email, open_outside_session.display_name);
    IF open_outside_session.role IS DISTINCT FROM v_link.role THEN
        PERFORM identity.take_over_role(v_link.account_id, coalesce(open_outside_session.role, 'customer'));
        UPDATE identity.outside_identities AS i SET role = open_outside_session.role WHERE i.id = v_link.id;
    END IF;
    -- An account that was without e-mail gets the one that its provider has verified by now, unless it is another's.
    UPDATE identity.accounts AS a
    SET email = open_outside_session.email, email_verified = true, version = a.version + 1
    WHERE a.id = v_link.account_id AND a.email IS NULL AND a.status = 'active'
      AND open_outside_session.email IS NOT NULL
      AND NOT EXISTS (SELECT FROM identity.accounts AS o
                      WHERE lower(o.email) = lower(open_outside_session.email));
    SELECT * INTO STRICT v_account FROM identity.accounts AS a WHERE a.id = v_link.account_id;
    IF v_account.status <> 'active' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'account_suspended',
            MESSAGE = 'This account is suspended.', HINT = 'Write to customer service.';
    END IF;

    SELECT * INTO v_session FROM identity.sessions AS s WHERE s.id = v_link.session_id;
    IF v_session.revoked_at >= open_outside_session.issued_at THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'session_revoked',
            MESSAGE = 'This session has ended.',
            HINT = 'Log in again.';
    END IF;
    IF v_session.id IS NULL
       OR v_session.revoked_at IS NOT NULL
       OR v_session.expires_at <= now() + interval '15 minutes' THEN
        INSERT INTO identity.sessions (account_id, expires_at, confirmed_at)
        VALUES (v_account.id, now() + interval '1 day',
                least(coalesce(open_outside_session.authenticated_at, open_outside_session.issued_at), now()))
        RETURNING * INTO v_session;
        UPDATE identity.outside_identities AS i SET session_id = v_session.id WHERE i.id = v_link.id;
        UPDATE identity.accounts AS a SET last_login_at = now() WHERE a.id = v_account.id;
        email_missing := v_account.email IS NULL AND NOT open_outside_session.email_known;
        PERFORM audit.record_security_event('log_in', v_account.id, '{"reason": "identity_provider"}', v_session.id);
    ELSIF open_outside_session.authenticated_at > coalesce(v_session.confirmed_at, '-infinity') THEN
        UPDATE identity.sessions AS s SET confirmed_at = least(open_outside_session.authenticated_at, now())
        WHERE s.id = v_session.id;
    END IF;
    access_token := identity.issue_token(v_account.id, v_account.role, v_session.id, make_interval(secs => lifetime));
    audience := v_account.role;
END $$;

GRANT EXECUTE ON FUNCTION identity.open_outside_session TO store_api;
