-- One of the caller's imports, with its progress and its report.
-- Errors: import_not_found 404.
CREATE FUNCTION api.get_import(import_id uuid)
RETURNS api.product_import
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_import catalog.imports;
BEGIN
    SELECT * INTO v_import FROM catalog.imports AS i WHERE i.id = get_import.import_id AND i.merchant_id = v_actor;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'import_not_found', MESSAGE = 'There is no such import.';
    END IF;
    RETURN api.render_import(v_import);
END $$;

COMMENT ON FUNCTION api.get_import IS
'Get an import

Its progress (`checked` of `lines`) and its report. If the file has more than 1,000 lines, the errors come first; /lines
has all of them. Kept for a month.';

GRANT EXECUTE ON FUNCTION api.get_import TO app_merchant;
