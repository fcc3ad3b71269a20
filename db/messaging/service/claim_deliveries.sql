-- Claims due deliveries for one worker, signed, leased for a minute: deliveries of a crashed worker become due again.
-- `busy` lists the endpoints that this worker is already sending to.
-- Callers:   the web tier.
-- Locks:     the rows it claims; rows that another worker is claiming are skipped.
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
'Claim due deliveries

For the worker. Concurrent workers never get the same delivery.';

GRANT EXECUTE ON FUNCTION api.claim_deliveries TO app_worker;
