-- Sends a mail with a token to the caller's own e-mail address.
-- Errors: session_required 403, email_verified_already, email_missing 409, too_many_attempts 429.
CREATE FUNCTION api.request_email_verification()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_email    text;
    v_verified boolean;
BEGIN
    PERFORM identity.require_session();
    SELECT a.email, a.email_verified INTO STRICT v_email, v_verified FROM identity.accounts AS a WHERE a.id = v_actor;
    IF v_verified THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'email_verified_already',
            MESSAGE = 'Your e-mail is verified already.';
    ELSIF v_email IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'email_missing',
            MESSAGE = 'Your account has no e-mail.', HINT = 'Give it one: PATCH /v1/account.';
    END IF;
    PERFORM identity.count_attempt('verification:' || v_actor, 5);
    PERFORM identity.count_mail(v_email);
    PERFORM messaging.enqueue_mail('email_verification', v_actor);
END $$;

COMMENT ON FUNCTION api.request_email_verification IS
'Have your e-mail verified

Sends a mail with a token that is valid for a day. After five mails within 15 minutes, or too many to this
address in an hour or a day, further requests are refused for a while.';

GRANT EXECUTE ON FUNCTION api.request_email_verification TO app_customer;
