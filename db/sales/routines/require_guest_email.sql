-- Refuses an order of a guest without an e-mail, or where the shop takes none of guests.
-- Callers:   create_order, checkout_cart.
-- Errors:    email_required 422, guests_refused 403.
CREATE OR REPLACE FUNCTION sales.require_guest_email(email text)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM identity.require_guests();
    IF require_guest_email.email IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'email_required',
            MESSAGE = 'An order without an account needs an e-mail address.', HINT = 'Send email.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.require_guest_email TO store_api;
