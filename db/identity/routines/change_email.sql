-- Gives an account its pending e-mail, which the token from the mail has confirmed. Tokens that went to the old address
-- are void. Every session ends, except the caller's, or, by the link, the one that asked for the change: a session
-- that was opened with the old e-mail does not outlive the change.
-- Callers:   confirm_email, which holds the account's lock. Not granted to store_api.
-- Locks:     the tokens, the sessions.
-- Errors:    email_taken 409 (unique index): another account has taken the address since.
CREATE OR REPLACE FUNCTION identity.change_email(account_id uuid)
RETURNS identity.accounts
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account identity.accounts;
    v_session uuid := identity.current_session();
BEGIN
    UPDATE identity.accounts AS a
    SET email = a.pending_email, pending_email = NULL, email_verified = true, version = a.version + 1
    WHERE a.id = change_email.account_id
    RETURNING a.* INTO STRICT v_account;
    UPDATE identity.mail_tokens AS t SET used_at = now() WHERE t.account_id = v_account.id AND t.used_at IS NULL;
    IF v_session IS NULL THEN
        SELECT c.session_id INTO v_session FROM identity.email_changes AS c
        WHERE c.account_id = v_account.id AND c.new_email = v_account.email
        ORDER BY c.id DESC LIMIT 1;
    END IF;
    PERFORM identity.end_other_sessions(v_account.id, v_session);
    PERFORM messaging.record_event('account.email_changed', NULL, v_account.id,
        jsonb_build_object('role', v_account.role, 'status', v_account.status));
    RETURN v_account;
END $$;
