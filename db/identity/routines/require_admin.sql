-- Refuses a change that would leave the shop without an admin. The caller has locked the admins (lock_admins).
-- Callers:   change_account, close_account. Not granted to store_api.
-- Errors:    last_admin 409.
CREATE OR REPLACE FUNCTION identity.require_admin()
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM identity.accounts AS a WHERE a.role = 'admin' AND a.status = 'active') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'last_admin',
            MESSAGE = 'This is the last admin.', HINT = 'Make another account an admin first.';
    END IF;
END $$;
