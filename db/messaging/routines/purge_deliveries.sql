-- Deletes a batch of deliveries that are at least a month old, with their attempts, and secrets that have ended.
-- Returns the number of deliveries.
-- Callers:   api.purge_deliveries.
-- Locks:     the deliveries and secrets that it deletes.
-- Definer:   no other code may delete them.
CREATE OR REPLACE FUNCTION messaging.purge_deliveries()
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    DELETE FROM messaging.webhook_secrets AS s WHERE s.expires_at < now();
    WITH edge AS MATERIALIZED (
        SELECT uuidv7(interval '-30 days') AS id
    ), gone AS (
        DELETE FROM messaging.webhook_deliveries AS d
        WHERE d.id IN (
            SELECT o.id FROM messaging.webhook_deliveries AS o
            WHERE o.id < (SELECT e.id FROM edge AS e)
              AND (o.status <> 'pending' OR o.give_up_at < now() - interval '30 days')
            ORDER BY o.id LIMIT 1000)
        RETURNING d.id
    )
    SELECT count(*) FROM gone;
END;

GRANT EXECUTE ON FUNCTION messaging.purge_deliveries TO store_api;
