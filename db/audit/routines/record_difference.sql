-- Writes one audit row of a changed row: the columns that differ, with their old and new values. If none differs, it
-- writes nothing.
-- Callers:   record_order_update, record_payment_update.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION audit.record_difference(table_name text, row_id text, before jsonb, after jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO audit.changes (table_name, operation, row_id, actor_id, db_role, request_id, old, new)
    SELECT record_difference.table_name, 'UPDATE', record_difference.row_id, identity.current_actor(), session_user,
           nullif(current_setting('app.request_id', true), ''), d.old, d.new
    FROM (
        SELECT jsonb_object_agg(f.key, f.value) AS old, jsonb_object_agg(f.key, record_difference.after -> f.key) AS new
        FROM jsonb_each(record_difference.before) AS f WHERE f.value IS DISTINCT FROM record_difference.after -> f.key
    ) AS d
    WHERE d.old IS NOT NULL;
END $$;
