-- Counts an attempt to give a code of the second factor: ten within 15 minutes and 50 a day, counted for the account
-- whatever the address. There are a million codes, and three are right at a time.
-- Callers:   open_session, api.begin_code. A right code (check_code) forgets what was counted, a new
--            password only the ten.
-- Locks:     the counted attempts of the account.
-- Errors:    too_many_attempts 429.
CREATE OR REPLACE FUNCTION identity.count_code(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.count_attempt('code:' || count_code.account_id, 10);
    PERFORM identity.count_attempt('code a day:' || count_code.account_id, 50, '1 day');
END $$;

GRANT EXECUTE ON FUNCTION identity.count_code TO store_api;
