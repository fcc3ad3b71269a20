-- Claims due deliveries for one worker, signed with the current time. A claim is a lease of one minute, six times the
-- length of an attempt: deliveries of a crashed worker become due again. The webhook-signature header
-- (standardwebhooks.com) is an HMAC-SHA256 of id.timestamp.body for each valid secret, newest first; no secret leaves
-- the database. At most four deliveries of an endpoint are claimed at a time, and one of a failing endpoint, so that
-- one bad endpoint cannot occupy the worker.
-- Callers:   api.claim_deliveries.
-- Locks:     the rows it claims; rows that another worker is claiming are skipped.
-- Definer:   no other code may read the queue and the secrets.
CREATE OR REPLACE FUNCTION messaging.claim_deliveries(busy uuid[], "limit" integer)
RETURNS TABLE (id uuid, endpoint_id uuid, event_id uuid, url text, body text, sent_at bigint, signature text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH due AS (
        SELECT d.id, w.url
        FROM messaging.webhook_endpoints AS w
        CROSS JOIN LATERAL (
            SELECT o.id, o.run_at FROM messaging.webhook_deliveries AS o
            WHERE o.endpoint_id = w.id AND o.status = 'pending' AND o.run_at <= now()
            ORDER BY o.run_at
            LIMIT CASE WHEN w.failing_since IS NULL THEN 4 ELSE 1 END
            FOR UPDATE SKIP LOCKED
        ) AS d
        WHERE w.status = 'enabled' AND w.id <> ALL (claim_deliveries.busy)
        ORDER BY d.run_at
        LIMIT claim_deliveries."limit"
    ), claimed AS (
        UPDATE messaging.webhook_deliveries AS d
        SET run_at = now() + interval '1 minute', claimed_until = now() + interval '1 minute', attempts = d.attempts + 1
        FROM due WHERE d.id = due.id
        RETURNING d.id, d.endpoint_id, d.event_id, due.url, d.body,
                  extract(epoch FROM clock_timestamp())::bigint AS sent_at
    )
    SELECT c.id, c.endpoint_id, c.event_id, c.url, c.body, c.sent_at, (
        SELECT string_agg('v1,' || encode(sha256(s.outer_pad || sha256(
                   s.inner_pad || convert_to(
                       c.event_id || '.' || c.sent_at || '.' || c.body, 'UTF8'
                   ))), 'base64'), ' ' ORDER BY s.id DESC)
        FROM messaging.webhook_secrets AS s
        WHERE s.endpoint_id = c.endpoint_id AND (s.expires_at IS NULL OR s.expires_at > now()))
    FROM claimed AS c;
END;

GRANT EXECUTE ON FUNCTION messaging.claim_deliveries TO store_api;
