-- Creates an account with its password, which is the bcrypt string that the web tier computed. There is no session yet,
-- so the actor is cleared.
-- Callers:   api.create_account.
-- Locks:     none: it only inserts.
-- Errors:    email_taken, handle_taken 409 (unique indexes), password_not_hashed 422.
-- Definer:   writes the account before its owner can be authenticated, and the password, which no caller may write.
CREATE OR REPLACE FUNCTION identity.open_account(email text, password text, handle text, display_name text, role text)
RETURNS identity.accounts
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_account identity.accounts;
BEGIN
    PERFORM set_config('app.actor', '', true), set_config('app.audience', '', true),
    set_config('app.session', '', true);

    INSERT INTO identity.accounts (email, handle, display_name, role)
    VALUES (open_account.email, open_account.handle, open_account.display_name, open_account.role)
    RETURNING * INTO v_account;
    PERFORM identity.set_password(v_account.id, open_account.password);
    PERFORM messaging.record_event('account.created', NULL, v_account.id,
        jsonb_build_object('role', v_account.role, 'issuer', NULL));
    RETURN v_account;
END $$;

GRANT EXECUTE ON FUNCTION identity.open_account TO store_api;
