-- The caller's imports, newest first, without their reports.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_imports("limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.product_import_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_imports.cursor);
    v_rows   CONSTANT api.product_import[] := ARRAY(
        SELECT ROW(i.id, i.status, i.lines, i.checked, i.created, i.updated, i.unchanged, i.failed, '{}',
                   i.completed_at, i.created_at)::api.product_import
        FROM catalog.imports AS i WHERE i.merchant_id = v_actor AND i.id < v_before
        ORDER BY i.id DESC LIMIT list_imports."limit" + 1);
BEGIN
    RETURN ROW(v_rows[1:list_imports."limit"],
               CASE WHEN cardinality(v_rows) > list_imports."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('id', (v_rows[list_imports."limit"]).id)
                    ) END)::api.product_import_page;
END $$;

COMMENT ON FUNCTION api.list_imports IS
'List your imports

Newest first, each without its report.';

GRANT EXECUTE ON FUNCTION api.list_imports TO app_merchant;
