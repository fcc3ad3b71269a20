-- Notes the e-mail that the caller's account is to have, sends a token to it and a notice to the old one, if there is
-- one. Nothing else changes until the token is used (change_email). Sending the present e-mail cancels a pending
-- change.
-- Callers:   api.update_account, which holds the account's lock.
-- Locks:     counted attempts: the account, the new address.
-- Errors:    confirmation_required 403; email_taken 409, as at sign-up; too_many_attempts 429 (five accepted
--            changes a day: a refused one is rolled back with its count).
-- Definer:   no caller may write an e-mail; another account's is invisible to the caller.
CREATE OR REPLACE FUNCTION identity.request_email_change(email text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_account identity.accounts;
    v_change  uuid;
BEGIN
    SELECT * INTO STRICT v_account FROM identity.accounts AS a WHERE a.id = identity.current_actor();
    IF lower(v_account.email) = lower(request_email_change.email) THEN
        UPDATE identity.accounts AS a SET pending_email = NULL WHERE a.id = v_account.id;
        RETURN;
    END IF;
    PERFORM identity.require_fresh();
    PERFORM identity.count_attempt('email change:' || v_account.id, 5, interval '1 day');
    PERFORM identity.count_mail(request_email_change.email);
    IF EXISTS (SELECT FROM identity.accounts AS a WHERE lower(a.email) = lower(request_email_change.email)) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'email_taken',
            MESSAGE = 'An account with this e-mail exists already.', HINT = 'Use another address.';
    END IF;
    UPDATE identity.accounts AS a SET pending_email = request_email_change.email WHERE a.id = v_account.id;
    INSERT INTO identity.email_changes (account_id, old_email, new_email, session_id)
    VALUES (v_account.id, v_account.email, request_email_change.email, identity.current_session())
    RETURNING id INTO v_change;
    PERFORM audit.record_security_event('email_change_asked', v_account.id);
    PERFORM messaging.enqueue_mail('email_change', v_account.id, jsonb_build_object('email_change_id', v_change));
    IF v_account.email IS NOT NULL THEN
        PERFORM messaging.enqueue_mail('email_change_notice', v_account.id,
                                       jsonb_build_object('email_change_id', v_change));
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION identity.request_email_change TO store_api;
