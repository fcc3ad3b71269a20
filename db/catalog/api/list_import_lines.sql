-- The report of an import of the caller's, line by line.
-- Errors: import_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_import_lines(
    import_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.import_line_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_after CONSTANT text := messaging.decode_cursor(list_import_lines.cursor) ->> 'line';
    v_rows  api.import_line[];
BEGIN
    IF NOT EXISTS (SELECT FROM catalog.imports AS i
                   WHERE i.id = list_import_lines.import_id AND i.merchant_id = v_actor) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'import_not_found', MESSAGE = 'There is no such import.';
    ELSIF list_import_lines.cursor IS NOT NULL AND pg_input_is_valid(v_after, 'integer') IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'cursor_invalid',
            MESSAGE = 'This cursor belongs to another list.',
            HINT = 'Send the next_cursor of the page before, unchanged.';
    END IF;
    v_rows := ARRAY(
        SELECT ROW(l.line, l.sku, l.status, l.code, l.message)::api.import_line
        FROM catalog.import_lines AS l
        WHERE l.import_id = list_import_lines.import_id AND l.line > coalesce(v_after::integer, 0)
        ORDER BY l.line LIMIT list_import_lines."limit" + 1);
    RETURN ROW(v_rows[1:list_import_lines."limit"],
               CASE WHEN cardinality(v_rows) > list_import_lines."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('line', (v_rows[list_import_lines."limit"]).line)
                    ) END)::api.import_line_page;
END $$;

COMMENT ON FUNCTION api.list_import_lines IS
'The report of an import

In the order of the file; `status` is null until the line has been checked.';

GRANT EXECUTE ON FUNCTION api.list_import_lines TO app_merchant;
