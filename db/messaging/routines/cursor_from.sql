-- For lists from the oldest to the newest id: the id that the page stays above. The first page starts below all ids.
-- Callers:   the endpoints that list by id, oldest first.
-- Errors:    cursor_invalid 422.
CREATE OR REPLACE FUNCTION messaging.cursor_from(cursor text)
RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN cursor_from.cursor IS NULL THEN '00000000-0000-0000-0000-000000000000'::uuid
            ELSE messaging.cursor_before(cursor_from.cursor) END;

GRANT EXECUTE ON FUNCTION messaging.cursor_from TO store_api;
