-- Callbacks that matched nothing and wait for an explanation, as they were received, from the one after `after`.
-- Callers:   the worker, `storeproc reconcile`.
CREATE TYPE api.unknown_event AS (event_id text, kind text, payload jsonb);

CREATE FUNCTION api.list_unknown_events(provider text, after text DEFAULT '')
RETURNS api.unknown_event[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN ARRAY(
        SELECT ROW(e.event_id, e.kind, e.payload)::api.unknown_event
        FROM payments.reconciliation_differences AS d
        JOIN payments.gateway_events AS e ON e.provider = d.provider AND e.event_id = d.reference
        WHERE d.provider = list_unknown_events.provider AND d.kind = 'unknown_event' AND d.explained_at IS NULL
          AND d.reference > coalesce(list_unknown_events.after, '')
        ORDER BY e.event_id LIMIT 20);
END $$;

COMMENT ON FUNCTION api.list_unknown_events IS
'Callbacks that matched nothing

For the worker.';

GRANT EXECUTE ON FUNCTION api.list_unknown_events TO app_worker;
