-- Locks the active admins in id order, so that concurrent changes of admins run one after the other. Returns their ids.
-- Callers:   change_account, close_account, open_outside_session. Not granted to store_api.
-- Locks:     the accounts of all active admins.
CREATE OR REPLACE FUNCTION identity.lock_admins()
RETURNS uuid[]
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(array_agg(l.id), '{}')
    FROM (SELECT a.id
          FROM identity.accounts AS a
          WHERE a.role = 'admin' AND a.status = 'active'
          ORDER BY a.id
          FOR NO KEY UPDATE) AS l;
END;
