-- A part of the file of the caller's export; NULL after the last one, and when the export has been replaced or deleted.
-- Callers:   the web tier, which sends the file part by part.
-- Errors:    session_required 403.
CREATE FUNCTION api.get_account_export_part(export_id uuid, number integer)
RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_session();
    RETURN (
        SELECT p.content
        FROM identity.account_exports AS e JOIN identity.account_export_parts AS p ON p.account_id = e.account_id
        WHERE e.account_id = v_actor AND e.id = get_account_export_part.export_id AND e.status = 'completed'
          AND p.number = get_account_export_part.number);
END $$;

COMMENT ON FUNCTION api.get_account_export_part IS
'Get a part of the file of an export

For the web tier.';

GRANT EXECUTE ON FUNCTION api.get_account_export_part TO app_customer;
