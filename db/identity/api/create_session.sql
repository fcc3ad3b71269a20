-- The second half of a log-in. `password` is the bcrypt string that the web tier computed with the salt from
-- begin_session; `device_token` is the secret of the device, from its cookie. Returns NULL if the code of the second
-- factor is wrong: the attempt is counted, which has to be committed, so it is not an error; the web tier answers 401
-- code_invalid.
-- Locks:  the account, then the counted attempts, then its known devices.
-- Errors: credentials_invalid, code_required 401; account_suspended 403; guest_token_invalid 422; too_many_attempts
--         429.
CREATE FUNCTION api.create_session(
    email api.email, password api.password, code api.second_factor_code DEFAULT NULL,
    client_address text DEFAULT NULL, user_agent text DEFAULT NULL, device_token text DEFAULT NULL,
    guest_token text DEFAULT NULL)
RETURNS api.session
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_opened record;
BEGIN
    SELECT * INTO v_opened FROM identity.open_session(email, password, code, client_address, user_agent);
    IF v_opened.access_token IS NULL THEN
        RETURN NULL;
    END IF;
    IF create_session.guest_token IS NOT NULL THEN
        PERFORM identity.take_guest_cart(create_session.guest_token, (v_opened.account).id);
    END IF;
    PERFORM identity.forget_log_in(email, client_address, device_token);
    PERFORM identity.remember_device((v_opened.account).id, client_address, device_token);
    RETURN api.render_session(v_opened.account, v_opened.access_token, v_opened.refresh_token);
END $$;

COMMENT ON FUNCTION api.create_session IS
'Log in

Returns an access token, valid for 15 minutes, and a refresh token, valid for the 30 days of the session. An unknown
e-mail and a wrong password get the same answer. After ten attempts on an e-mail within 15 minutes, further attempts are
refused for a while; guesses by others do not lock out a device or a network in which the account has logged in before
(the cookie device, for 90 days). An account with a second factor needs `code` too: 401 `code_required` asks for it,
after the right password; a recovery code is accepted as well. Where a second factor is mandatory for staff, the session
of one without it can only set one up; everything else answers 403
`second_factor_required`. With the access token of a guest as `guest_token` the guest''s cart is added to the
account''s, as far as the stock allows; the guest''s orders are taken over with POST /v1/account/orders/claim.';

GRANT EXECUTE ON FUNCTION api.create_session TO app_anonymous;
