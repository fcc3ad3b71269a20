-- Forgets the counted attempts at the second factor of an account.
-- Callers:   check_code, remove_second_factor. Not granted to store_api.
-- Locks:     the counted attempts of the account, in the order of count_code.
CREATE OR REPLACE FUNCTION identity.forget_codes(account_id uuid)
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    DELETE FROM identity.login_attempts AS l WHERE l.subject = 'code:' || forget_codes.account_id;
    DELETE FROM identity.login_attempts AS l WHERE l.subject = 'code a day:' || forget_codes.account_id;
END;
