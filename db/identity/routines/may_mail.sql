-- Whether one more mail about an order may go to an address that is not verified. These mails are counted apart, so
-- that orders of a stranger do not keep the owner of the address from a password reset.
-- Callers:   api.prepare_mail.
-- Locks:     the counted attempts of the address.
CREATE OR REPLACE FUNCTION identity.may_mail(email text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM identity.count_mail(may_mail.email, 'order mail');
    RETURN true;
EXCEPTION WHEN SQLSTATE 'SH429' THEN
    RETURN false;
END $$;

GRANT EXECUTE ON FUNCTION identity.may_mail TO store_api;
