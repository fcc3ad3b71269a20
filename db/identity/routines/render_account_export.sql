-- An export as a client reads it. Not an endpoint.
-- Callers:   api.export_account, api.get_account_export.
CREATE FUNCTION api.render_account_export(export identity.account_exports)
RETURNS api.account_export
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(export.id, export.status, export.size, export.completed_at,
           CASE WHEN export.status = 'completed' THEN export.expires_at END, export.created_at)::api.account_export;
