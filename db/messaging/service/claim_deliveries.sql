-- Due deliveries for one worker, signed, leased for a minute: what a crashed worker held comes back. `busy` are
-- endpoints that it is at already.
-- Locks: the rows it takes; those that another worker is taking are skipped.
CREATE TYPE api.claimed_delivery AS (
    id uuid, endpoint_id uuid, event_id uuid, url text, body text, sent_at bigint, signature text
);

CREATE FUNCTION api.claim_deliveries(busy uuid[] DEFAULT '{}', "limit" api.page_limit DEFAULT 20)
RETURNS api.claimed_delivery[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN ARRAY(
        SELECT ROW(d.*)::api.claimed_delivery
        FROM messaging.claim_deliveries(coalesce(claim_deliveries.busy, '{}'),
                                        coalesce(claim_deliveries."limit", 20)) AS d
        ORDER BY d.id);
END $$;

COMMENT ON FUNCTION api.claim_deliveries IS
'Take due deliveries

For the worker: two workers at once never get the same.';

GRANT EXECUTE ON FUNCTION api.claim_deliveries TO app_worker;
