-- For lists from the newest to the oldest id: the id that the page stays below. The first page starts above all ids.
-- Callers:   the endpoints that list by id, newest first.
-- Errors:    cursor_invalid 422.
CREATE OR REPLACE FUNCTION messaging.cursor_before(cursor text)
RETURNS uuid
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id text;
BEGIN
    IF cursor_before.cursor IS NULL THEN
        RETURN 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    END IF;
    v_id := messaging.decode_cursor(cursor_before.cursor) ->> 'id';
    IF pg_input_is_valid(v_id, 'uuid') IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'cursor_invalid',
            MESSAGE = 'This cursor does not belong to this list.',
            HINT = 'Send the next_cursor of the previous page, unchanged.';
    END IF;
    RETURN v_id::uuid;
END $$;

GRANT EXECUTE ON FUNCTION messaging.cursor_before TO store_api;
