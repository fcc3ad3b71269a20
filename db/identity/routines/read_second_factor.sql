-- What an account's owner may know of their second factor.
-- Callers:   api.get_second_factor.
-- Definer:   reads second factors, which no caller may.
CREATE OR REPLACE FUNCTION identity.read_second_factor(
    account_id uuid, OUT enabled boolean, OUT enabled_at timestamptz, OUT recovery_codes_left integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT f.confirmed_at IS NOT NULL, f.confirmed_at,
           (SELECT count(*) FROM identity.recovery_codes AS r
            WHERE r.account_id = read_second_factor.account_id AND r.used_at IS NULL)::integer
    FROM (SELECT) AS one
    LEFT JOIN identity.second_factors AS f
        ON f.account_id = read_second_factor.account_id AND f.confirmed_at IS NOT NULL;
$$;

GRANT EXECUTE ON FUNCTION identity.read_second_factor TO store_api;
