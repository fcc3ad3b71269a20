-- The values that an audit row stores (old or new), with "[erased]" in place of every personal value. It stays visible
-- that, and when, a value changed.
-- Callers:   audit.erase_person, audit.allow_erasure.
CREATE OR REPLACE FUNCTION audit.without_person(table_name text, kept jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(
        jsonb_object_agg(
            e.key,
            CASE WHEN e.key = ANY (
                audit.personal_columns(without_person.table_name)
            ) AND jsonb_typeof(e.value) <> 'null'
                                     THEN '"[erased]"' ELSE e.value END),
        without_person.kept)
    FROM jsonb_each(without_person.kept) AS e;
$$;
