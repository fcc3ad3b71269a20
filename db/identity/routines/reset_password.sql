-- Sets a password with the token from a mail. Every session and API key ends, because a thief may have made them;
-- log-ins are no longer refused, the client's network becomes a known one, and the e-mail is verified, because its
-- owner read the mail. The second factor stays, and so does the count of a day's wrong codes: it holds against a person
-- who has the mailbox.
-- Callers:   api.confirm_password_reset.
-- Locks:     the account, so that no concurrent log-in succeeds with the old password (see open_session).
-- Errors:    mail_token_invalid, password_not_hashed 422.
-- Definer:   writes passwords, sessions and API keys; there is no signed-in caller.
CREATE OR REPLACE FUNCTION identity.reset_password(token text, new_password text, client_address text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account identity.accounts;
    v_hash    text;
BEGIN
    v_account := identity.use_mail_token(reset_password.token, 'password_reset');
    PERFORM set_config('app.actor', '', true), set_config('app.audience', '', true),
    set_config('app.session', '', true);
    PERFORM identity.set_password(v_account.id, reset_password.new_password);
    UPDATE identity.sessions AS s SET revoked_at = now() WHERE s.account_id = v_account.id AND s.revoked_at IS NULL;
    UPDATE identity.api_keys AS k SET revoked_at = now() WHERE k.account_id = v_account.id AND k.revoked_at IS NULL;
    IF NOT v_account.email_verified THEN
        UPDATE identity.accounts AS a SET email_verified = true, version = a.version + 1 WHERE a.id = v_account.id;
    END IF;
    v_hash := encode(sha256(convert_to(lower(v_account.email), 'UTF8')), 'hex');      -- as in log_in_subjects()
    DELETE FROM identity.login_attempts AS l
    WHERE l.subject IN ('email:' || v_hash, 'account:' || v_account.id, 'code:' || v_account.id)
      OR starts_with(l.subject, 'pair:' || v_hash || ':')
      OR starts_with(l.subject, 'device:' || v_hash || ':');
    PERFORM identity.remember_device(v_account.id, reset_password.client_address, NULL);
    PERFORM messaging.record_event('account.password_reset', NULL, v_account.id,
        jsonb_build_object('role', v_account.role, 'status', v_account.status));
END $$;

GRANT EXECUTE ON FUNCTION identity.reset_password TO store_api;
