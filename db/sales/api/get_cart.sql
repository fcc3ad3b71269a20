-- The caller's cart: prices when added and prices now, availability, totals.
CREATE FUNCTION api.get_cart()
RETURNS api.cart
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_cart(v_actor);
END $$;

COMMENT ON FUNCTION api.get_cart IS
'Your cart

Lines show the price when they were added and the price now. A line whose product is no longer sold, or not in the
cart''s currency, has no `unit_price` and is not counted.';

GRANT EXECUTE ON FUNCTION api.get_cart TO app_customer;
