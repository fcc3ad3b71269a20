-- Counts one attempt of a subject in the current window, of 15 minutes or at most a day, and refuses it above the
-- limit. A refused attempt is not counted: the error rolls it back, and the count stays at its limit until the window
-- ends.
-- Callers:   count_log_in, count_mail, request_email_change, request_password_reset, api.get_password_salt, and others.
-- Locks:     the subject's row, so attempts of one subject run one after the other.
-- Errors:    too_many_attempts 429, DETAIL {"retry_after": seconds}.
-- Definer:   writes login_attempts.
CREATE OR REPLACE FUNCTION identity.count_attempt(
    subject text, allowed integer, period interval DEFAULT '15 minutes'
)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_window   CONSTANT timestamptz := date_bin(count_attempt.period, now(), 'epoch');
    v_attempts integer;
BEGIN
    INSERT INTO identity.login_attempts AS l (subject, window_at) VALUES (count_attempt.subject, v_window)
    ON CONFLICT ON CONSTRAINT login_attempts_pkey DO UPDATE SET attempts = l.attempts + 1
    RETURNING l.attempts INTO v_attempts;
    IF v_attempts > count_attempt.allowed THEN
        RAISE EXCEPTION USING ERRCODE = 'SH429', CONSTRAINT = 'too_many_attempts',
            MESSAGE = 'Too many attempts.',
            HINT = 'Try again after retry_after seconds.',
            DETAIL = json_build_object(
                'retry_after', ceil(extract(epoch FROM v_window + count_attempt.period - now()))::integer
            );
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION identity.count_attempt TO store_api;
