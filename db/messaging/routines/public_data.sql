-- The part of an event's data that may leave the shop: numbers, ids, times, and values from known vocabularies. Free
-- text (a reason, a name, an address) may be about a person, so text becomes null unless it is known to be harmless.
-- The comments of api.…_payload say which attributes are null in webhooks.
-- Callers:   fan_out_events.
CREATE OR REPLACE FUNCTION messaging.public_data(data jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_plain CONSTANT text :=
        '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d))?)$';
BEGIN
    IF jsonb_typeof(public_data.data) = 'object' THEN
        RETURN (
            SELECT coalesce(jsonb_object_agg(f.key, CASE
                WHEN jsonb_typeof(f.value) <> 'string' THEN messaging.public_data(f.value)
                WHEN f.value #>> '{}' ~ v_plain OR f.key = ANY (ARRAY[
                    'currency', 'provider', 'status', 'failure_code', 'role', 'previous_role', 'sku', 'number', 'kind',
                    'source', 'carrier', 'method', 'settled_by', 'code', 'scope']) THEN f.value
                ELSE 'null' END), '{}')
            FROM jsonb_each(public_data.data) AS f);
    ELSIF jsonb_typeof(public_data.data) = 'array' THEN
        RETURN (
            SELECT coalesce(jsonb_agg(messaging.public_data(i.value) ORDER BY i.n), '[]')
            FROM jsonb_array_elements(public_data.data) WITH ORDINALITY AS i (value, n)
            WHERE jsonb_typeof(i.value) <> 'string' OR i.value #>> '{}' ~ v_plain);
    END IF;
    RETURN public_data.data;
END $$;
