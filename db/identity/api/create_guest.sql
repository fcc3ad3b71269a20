-- Opens the session of a guest: a cart, orders and payments without an account.
-- Locks:  the counted guests of the client's network.
-- Errors: guests_refused 403, too_many_attempts 429.
CREATE FUNCTION api.create_guest(client_address text DEFAULT NULL, user_agent text DEFAULT NULL)
RETURNS api.session
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_opened record;
BEGIN
    SELECT * INTO v_opened FROM identity.open_guest(client_address, user_agent);
    RETURN api.render_session(v_opened.account, v_opened.access_token, v_opened.refresh_token);
END $$;

COMMENT ON FUNCTION api.create_guest IS
'Begin as a guest

A session without an account: a cart, orders and payments. It lasts 30 days and is refreshed as any other. Passing its
access token as `guest_token` to POST /v1/accounts or POST /v1/sessions keeps the cart. Refused if the shop takes orders
with an account only (`guest_orders` of GET /v1/shop).';

GRANT EXECUTE ON FUNCTION api.create_guest TO app_anonymous;
