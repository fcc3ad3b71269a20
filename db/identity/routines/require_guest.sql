-- The guest to whom an access token was issued, locked. The token proves that the caller was that guest, so it has to
-- be valid and its session open, as for any call.
-- Callers:   open_account, take_guest_cart. Not granted to store_api.
-- Locks:     the guest's account.
-- Errors:    guest_token_invalid 422.
CREATE OR REPLACE FUNCTION identity.require_guest(guest_token text)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_claims CONSTANT jsonb := identity.read_token(require_guest.guest_token);
    v_guest  uuid;
BEGIN
    IF v_claims ->> 'role' = 'guest' AND to_timestamp((v_claims ->> 'exp')::double precision) > clock_timestamp() THEN
        SELECT a.id INTO v_guest FROM identity.accounts AS a
        WHERE a.id = (v_claims ->> 'sub')::uuid FOR NO KEY UPDATE;
        PERFORM FROM identity.sessions AS s JOIN identity.accounts AS a ON a.id = s.account_id
        WHERE s.id = (v_claims ->> 'sid')::uuid AND a.id = v_guest AND s.revoked_at IS NULL AND s.expires_at > now()
          AND a.role = 'guest' AND a.status = 'active';
    END IF;
    IF v_guest IS NULL OR NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'guest_token_invalid',
            MESSAGE = 'The access token of the guest is not valid.',
            HINT = 'Refresh the guest''s session first, or leave guest_token out.';
    END IF;
    RETURN v_guest;
END $$;
