-- Deletes an account's oldest sessions beyond 200, ended ones included, with their refresh tokens: a right password
-- resets the throttle, so an account that logs in again and again would fill the table.
-- Callers:   open_session.
-- Locks:     the sessions that it deletes. The caller holds the account.
CREATE OR REPLACE FUNCTION identity.drop_oldest_sessions(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM identity.sessions AS s
    WHERE s.id IN (SELECT o.id FROM identity.sessions AS o
                   WHERE o.account_id = drop_oldest_sessions.account_id
                   ORDER BY o.id DESC OFFSET 200);
END $$;
