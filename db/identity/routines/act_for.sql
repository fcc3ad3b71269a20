-- Logs the caller's SQL session in as a customer or merchant, for 15 minutes: what follows may call api functions, and
-- is what that person could do themselves, with the same rules. The audit has their account and the caller's role with
-- every row, and a security event with the ticket; the person sees the session in their list. Not as staff: a DBA would
-- approve in the name of a colleague. RESET app.token ends it for the SQL session.
-- Callers:   a DBA: db/docs/dba.md. Not granted to any role.
-- Arguments: ticket: why, as the number of a ticket or case: text that a person writes does not belong in the audit.
-- Locks:     sessions of the account, when there are too many.
-- Errors:    ticket_invalid 422, account_not_found 404 (no active customer or merchant has this e-mail).
CREATE OR REPLACE FUNCTION identity.act_for(email text, ticket text)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_account identity.accounts;
    v_session uuid;
BEGIN
    PERFORM audit.require_ticket(act_for.ticket);
    SELECT * INTO v_account FROM identity.accounts AS a
    WHERE lower(a.email) = lower(act_for.email) AND a.status = 'active' AND a.role IN ('customer', 'merchant');
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'account_not_found',
            MESSAGE = 'There is no active customer or merchant with this e-mail address.';
    END IF;
    INSERT INTO identity.sessions (account_id, expires_at, confirmed_at, user_agent)
    VALUES (v_account.id, now() + interval '15 minutes', now(), 'Customer service, by SQL')
    RETURNING id INTO v_session;
    PERFORM identity.drop_oldest_sessions(v_account.id);
    PERFORM audit.record_security_event('acted_for', v_account.id, jsonb_build_object('reason', act_for.ticket),
                                        v_session);
    PERFORM set_config('app.token', identity.issue_token(v_account.id, v_account.role, v_session, '15 minutes'), false);
    RETURN v_account.id;
END $$;
COMMENT ON FUNCTION identity.act_for IS
'For a DBA: SELECT identity.act_for(''ada@example.com'', ''T-812''); then call api functions as that customer or
merchant for 15 minutes. The audit keeps who did it, for whom and the ticket. RESET app.token ends it.';
