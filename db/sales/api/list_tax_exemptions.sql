-- The rules of exemption that are in force or planned, or those in force at a given time.
CREATE FUNCTION api.list_tax_exemptions(as_of timestamptz DEFAULT NULL)
RETURNS api.tax_exemption_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN ROW(ARRAY(
        SELECT api.render_tax_exemption(e) FROM sales.tax_exemptions AS e
        WHERE CASE WHEN list_tax_exemptions.as_of IS NULL THEN NOT e.valid << tstzrange(now(), NULL)
                   ELSE e.valid @> list_tax_exemptions.as_of END
        ORDER BY e.id), NULL)::api.tax_exemption_page;
END $$;

COMMENT ON FUNCTION api.list_tax_exemptions IS
'List rules of tax exemption

Those in force and planned, or those in force at `as_of`.';

GRANT EXECUTE ON FUNCTION api.list_tax_exemptions TO app_admin;
