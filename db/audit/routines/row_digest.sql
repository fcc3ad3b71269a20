-- The digest of an audit row, over all of its columns. The API key counts where there is one: rows that are older than
-- that column keep their digest.
-- Callers:   seal_changes, check_seals, keep_digest.
CREATE OR REPLACE FUNCTION audit.row_digest(c audit.changes)
RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN sha256(convert_to((jsonb_build_array(
    c.id, extract(epoch FROM c.at), c.table_name, c.operation, c.row_id, c.actor_id, c.db_role, c.request_id, c.old,
    c.new) || CASE WHEN c.api_key_id IS NULL THEN '[]' ELSE jsonb_build_array(c.api_key_id) END)::text, 'UTF8'));
