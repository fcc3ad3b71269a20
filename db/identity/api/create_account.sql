-- Creates an account. `password` is the bcrypt string that the web tier computed from it.
-- Errors: email_taken, handle_taken 409, guest_token_invalid 422.
CREATE DOMAIN api.signup_role AS text CONSTRAINT role_refused CHECK (VALUE = ANY (ARRAY['customer', 'merchant']));
COMMENT ON DOMAIN api.signup_role IS 'customer (buys) or merchant (sells). Other roles are given by an admin.';

CREATE FUNCTION api.create_account(
    email api.email, password api.password, handle api.handle DEFAULT NULL, display_name api.short_text DEFAULT NULL,
    role api.signup_role DEFAULT 'customer', guest_token text DEFAULT NULL)
RETURNS api.account
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN api.render_account(identity.open_account(email, password, handle, display_name, coalesce(role, 'customer'),
                                                    guest_token));
END $$;

COMMENT ON FUNCTION api.create_account IS
'Create an account

To buy or to sell. Log in with POST /v1/sessions afterwards. With the access token of a guest as `guest_token` the
account takes over the guest''s cart and orders, and the guest''s session ends.';

GRANT EXECUTE ON FUNCTION api.create_account TO app_anonymous;
