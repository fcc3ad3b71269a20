-- Refuses patterns that match no type of event: a webhook endpoint with a spelling mistake would receive nothing.
-- Callers:   create_webhook_endpoint, update_webhook_endpoint.
-- Errors:    event_type_unknown 422, with the types.
CREATE OR REPLACE FUNCTION messaging.require_event_types(patterns text[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_types  CONSTANT text[] := ARRAY(SELECT t.type FROM messaging.event_types() AS t);
    v_errors json;
BEGIN
    SELECT json_agg(json_build_object('pointer', '/types/' || p.n - 1,
                                      'detail', format('There is no event of the type %s.', p.pattern)) ORDER BY p.n)
    INTO v_errors
    FROM unnest(require_event_types.patterns) WITH ORDINALITY AS p (pattern, n)
    WHERE NOT EXISTS (SELECT FROM unnest(v_types) AS t (type)
                      WHERE messaging.wants_event(ARRAY[p.pattern], t.type));
    IF v_errors IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'event_type_unknown',
            MESSAGE = 'There is no such type of event.',
            HINT = 'The types are: ' || array_to_string(v_types, ', ') || '.',
            DETAIL = json_build_object('errors', v_errors, 'types', v_types);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION messaging.require_event_types TO store_api;
