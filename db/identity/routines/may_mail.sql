-- Whether one more mail about an order may go to an address that is not verified: at most 10 an hour and 20 a day. They
-- are counted apart from the mails that count_mail counts, so that orders of a stranger do not keep the owner of the
-- address from a password reset. Only a hash of the address is stored.
-- Callers:   api.prepare_mail.
-- Locks:     the counted attempts of the address.
CREATE OR REPLACE FUNCTION identity.may_mail(email text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_hash CONSTANT text := encode(sha256(convert_to(lower(may_mail.email), 'UTF8')), 'hex');
BEGIN
    PERFORM identity.count_attempt('order mail an hour:' || v_hash, 10, interval '1 hour');
    PERFORM identity.count_attempt('order mail a day:' || v_hash, 20, interval '1 day');
    RETURN true;
EXCEPTION WHEN SQLSTATE 'SH429' THEN
    RETURN false;
END $$;

GRANT EXECUTE ON FUNCTION identity.may_mail TO store_api;
