-- Refuses guests where the shop sells to accounts only.
-- Callers:   open_guest, sales.require_guest_email.
-- Errors:    guests_refused 403.
CREATE OR REPLACE FUNCTION identity.require_guests()
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (SELECT s.guest_orders FROM sales.settings AS s) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'guests_refused',
            MESSAGE = 'This shop takes orders with an account only.', HINT = 'Sign up, or log in.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION identity.require_guests TO store_api;
