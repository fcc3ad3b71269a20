-- Counts a mail that a request can send to an address, and refuses it above 10 an hour or 20 a day: nobody's mailbox is
-- filled through this shop. Each kind is counted apart. Only a hash of the address is stored.
-- Callers:   request_email_change, request_password_reset, may_mail, api.request_email_verification.
-- Locks:     the counted attempts of the address.
-- Errors:    too_many_attempts 429.
CREATE OR REPLACE FUNCTION identity.count_mail(email text, kind text DEFAULT 'mail')
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_hash CONSTANT text := encode(sha256(convert_to(lower(count_mail.email), 'UTF8')), 'hex');
BEGIN
    PERFORM identity.count_attempt(count_mail.kind || ' an hour:' || v_hash, 10, interval '1 hour');
    PERFORM identity.count_attempt(count_mail.kind || ' a day:' || v_hash, 20, interval '1 day');
END $$;

GRANT EXECUTE ON FUNCTION identity.count_mail TO store_api;
