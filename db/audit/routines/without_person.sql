-- What an audit row kept (old or new), with "[erased]" for every value that is about a person. That it changed, and
-- when, stays.
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
