-- Records refusals: log-ins with a wrong password, requests without the right, throttled ones. The web tier collects
-- them and reports them every few seconds, because a statement that refuses is rolled back and can write nothing. What
-- the web tier does not report (a connection with a stolen password of a web role) is not recorded.
-- Callers:   the web tier.
-- Locks:     monitor.counters, when there are more than are stored.
-- Errors:    too_many_refusals 422.
CREATE FUNCTION api.record_refusals(refusals api.refusal[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('gateway');
    IF cardinality(record_refusals.refusals) > 1000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'too_many_refusals',
            MESSAGE = 'A call takes up to 1,000 refusals.';
    END IF;
    PERFORM audit.record_refusals(to_jsonb(record_refusals.refusals));
END $$;

COMMENT ON FUNCTION api.record_refusals IS
'Record refusals

For the web tier: log-ins that failed, requests that were refused or throttled, as security events.';

GRANT EXECUTE ON FUNCTION api.record_refusals TO app_gateway;
