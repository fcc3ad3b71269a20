-- Enqueues the mail for a password reset. It does the same work whether or not an account has the e-mail: it counts,
-- looks the account up and adds one job to the outbox (without an account if there is none). So neither the answer nor
-- its time shows which. The number of such mails is limited per 15 minutes: 5 for an e-mail from one network, 10 from
-- anywhere (not counted for a network in which the account has logged in), 100 for a network; and for an e-mail per
-- hour and day (count_mail).
-- Callers:   api.request_password_reset.
-- Locks:     counted attempts: network, e-mail, both.
-- Errors:    too_many_attempts 429.
-- Definer:   there is no signed-in caller.
CREATE OR REPLACE FUNCTION identity.request_password_reset(email text, client_address text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_subject    text;
    v_account_id uuid;
BEGIN
    FOR v_subject IN
        SELECT s.subject
        FROM identity.log_in_subjects(request_password_reset.email, request_password_reset.client_address) AS s
    LOOP
        PERFORM identity.count_attempt('reset ' || v_subject,
                                       CASE split_part(v_subject, ':', 1)
                                           WHEN 'address' THEN 100
                                           WHEN 'email' THEN 10
                                           ELSE 5 END);
    END LOOP;
    PERFORM identity.count_mail(request_password_reset.email);
    SELECT a.id INTO v_account_id FROM identity.accounts AS a
    WHERE lower(a.email) = lower(request_password_reset.email) AND a.status = 'active';
    PERFORM messaging.enqueue_mail('password_reset', v_account_id);
    -- Anybody can ask, so at most 1,000 rows an hour are stored.
    PERFORM audit.record_security_event('password_reset_asked', v_account_id)
    WHERE audit.security_events_left('{password_reset_asked}', 1000) > 0;
END $$;

GRANT EXECUTE ON FUNCTION identity.request_password_reset TO store_api;
