-- Whether a session of this account may only set up a second factor: it is mandatory for staff, and there is none.
-- Callers:   open_session, rotate_session, disable_second_factor. Not granted to store_api.
CREATE OR REPLACE FUNCTION identity.must_enrol(account identity.accounts)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT (must_enrol.account).role IN ('support', 'admin')
       AND (SELECT s.second_factor_required_for_staff FROM sales.settings AS s)
       AND NOT EXISTS (SELECT FROM identity.second_factors AS f
                       WHERE f.account_id = (must_enrol.account).id AND f.confirmed_at IS NOT NULL);
END;
