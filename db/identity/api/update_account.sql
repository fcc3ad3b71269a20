-- Changes the caller's own profile. A new e-mail is pending until it is confirmed (request_email_change).
-- Locks:  the account; for a new e-mail counted attempts.
-- Errors: confirmation_required 403 (for a new e-mail); email_taken, handle_taken 409; version_stale 412;
--         too_many_attempts 429; tax_id_invalid 422.
CREATE FUNCTION api.update_account(
    handle api.handle DEFAULT NULL, display_name api.short_text DEFAULT NULL, email api.email DEFAULT NULL,
    tax_id api.short_text DEFAULT NULL, language api.language DEFAULT NULL,
    if_match bigint DEFAULT NULL, given text[] DEFAULT NULL)
RETURNS api.account
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_account identity.accounts;
BEGIN
    SELECT * INTO STRICT v_account FROM identity.accounts WHERE id = v_actor FOR NO KEY UPDATE;
    -- The account was closed and erased while this request waited for it: no personal data may be written to it again.
    IF v_account.status = 'closed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH401', CONSTRAINT = 'session_revoked',
            MESSAGE = 'This session has ended.',
            HINT = 'Log in again.';
    ELSIF update_account.if_match <> v_account.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The account has changed since you read it.', HINT = 'Read it again.';
    END IF;

    UPDATE identity.accounts AS a
    SET handle = CASE WHEN 'handle' = ANY (update_account.given) THEN update_account.handle ELSE coalesce(
        update_account.handle, a.handle
    ) END,
        display_name = CASE WHEN 'display_name' = ANY (update_account.given) THEN update_account.display_name
                            ELSE coalesce(update_account.display_name, a.display_name) END,
        tax_id = CASE WHEN 'tax_id' = ANY (update_account.given) OR update_account.tax_id IS NOT NULL
                      THEN identity.require_own_tax_id(v_actor, update_account.tax_id) ELSE a.tax_id END,
        language = CASE WHEN 'language' = ANY (update_account.given) THEN update_account.language
                        ELSE coalesce(update_account.language, a.language) END,
        version = a.version + 1
    WHERE a.id = v_actor;
    IF 'tax_id' = ANY (update_account.given) OR update_account.tax_id IS NOT NULL THEN
        PERFORM identity.watch_tax_ids(v_actor);
    END IF;
    IF update_account.email IS NOT NULL THEN
        PERFORM identity.request_email_change(update_account.email);
    END IF;
    SELECT * INTO STRICT v_account FROM identity.accounts AS a WHERE a.id = v_actor;
    RETURN api.render_account(v_account);
END $$;

COMMENT ON FUNCTION api.update_account IS
'Change your account

Fields that are left out stay; null clears handle, display_name and tax_id, and a language of null is the shop''s.
`tax_id` is the id of a business: with the code of its country (`DE136695976`), or in the form of the country of your
default address. An address can have its own. Its form and check digits are verified, and where the shop uses such a
service the tax office is asked (`tax_id_status`). A new e-mail needs a log-in or a confirmation
of the session within the last ten minutes. It is `pending_email` until the token from the mail to it is used
(`POST /v1/account/email-verification/confirm`, or the link); the old address gets a notice. When it is confirmed, your
other sessions end. Sending the present e-mail cancels the change.';

GRANT EXECUTE ON FUNCTION api.update_account TO app_customer;
