-- Gives an account the role that its outside identity provider reports; the last admin stays an admin.
-- Callers:   open_outside_session. Not granted to store_api.
-- Locks:     all active admins in id order, then the account.
CREATE OR REPLACE FUNCTION identity.take_over_role(account_id uuid, role text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_admins CONSTANT uuid[] := identity.lock_admins();
    v_before text;
BEGIN
    SELECT a.role INTO STRICT v_before
    FROM identity.accounts AS a
    WHERE a.id = take_over_role.account_id
    FOR NO KEY UPDATE;
    IF v_before = take_over_role.role OR v_admins = ARRAY[take_over_role.account_id] THEN
        RETURN;
    END IF;
    UPDATE identity.accounts AS a
    SET role = take_over_role.role, version = a.version + 1
    WHERE a.id = take_over_role.account_id;
    PERFORM messaging.record_event('account.role_changed', NULL, take_over_role.account_id,
        jsonb_build_object('role', take_over_role.role, 'previous_role', v_before, 'source', 'identity_provider'));
END $$;
