-- The number of seconds until a price next begins or ends by itself, without a write that would notify. NULL if none is
-- planned.
-- Callers:   the web tier, to know when its cache of prices expires.
CREATE FUNCTION api.get_next_price_change()
RETURNS double precision
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_at CONSTANT timestamptz := least(
        (SELECT lower(r.valid) FROM catalog.prices AS r WHERE lower(r.valid) > now() ORDER BY lower(r.valid) LIMIT 1),
        (SELECT min(e.at) FROM catalog.currencies AS c
         CROSS JOIN LATERAL (
             SELECT upper(r.valid) AS at FROM catalog.prices AS r
             WHERE r.currency = c.code AND NOT upper_inf(r.valid) AND upper(r.valid) > now()
             ORDER BY upper(r.valid) LIMIT 1
         ) AS e));
BEGIN
    RETURN CASE WHEN v_at IS NOT NULL THEN greatest(0, extract(epoch FROM v_at - clock_timestamp())) END;
END $$;

COMMENT ON FUNCTION api.get_next_price_change IS
'When prices change next

For the web tier: the number of seconds that prices may be cached, at most. Null if no change is planned.';

GRANT EXECUTE ON FUNCTION api.get_next_price_change TO app_anonymous;
