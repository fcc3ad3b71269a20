-- Statement trigger: writes one audit row for every row that a statement changed, with actor, role and request id.
-- Trigger arguments: the key column, then columns that are left out (secrets, derived values).
-- An update stores only the columns that changed. Transition tables allow one INSERT per statement instead of one call
-- per row. OFFSET 0 makes each row become JSON once; without it PostgreSQL repeats to_jsonb() at each reference to js,
-- which took nearly half of the time of a callback.
-- Callers:   triggers of the tables that are audited.
-- Locks:     none: it only inserts.
-- Definer:   callers can neither write nor prevent audit rows.
CREATE OR REPLACE FUNCTION audit.record_change()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_key     CONSTANT text := TG_ARGV[0];
    v_hidden  CONSTANT text[] := TG_ARGV[1:];
    v_table   CONSTANT text := TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME;
    v_actor   CONSTANT uuid := identity.current_actor();
    v_request CONSTANT text := nullif(current_setting('app.request_id', true), '');
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit.changes (table_name, operation, row_id, actor_id, db_role, request_id, new)
        SELECT v_table, 'INSERT', r.js ->> v_key, v_actor, session_user, v_request, jsonb_strip_nulls(r.js - v_hidden)
        FROM (SELECT to_jsonb(n) AS js FROM new_rows AS n) AS r;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO audit.changes (table_name, operation, row_id, actor_id, db_role, request_id, old)
        SELECT v_table, 'DELETE', r.js ->> v_key, v_actor, session_user, v_request, jsonb_strip_nulls(r.js - v_hidden)
        FROM (SELECT to_jsonb(o) AS js FROM old_rows AS o) AS r;
    ELSE
        INSERT INTO audit.changes (table_name, operation, row_id, actor_id, db_role, request_id, old, new)
        SELECT v_table, 'UPDATE', o.js ->> v_key, v_actor, session_user, v_request, d.old, d.new
        FROM (SELECT to_jsonb(x) AS js FROM old_rows AS x OFFSET 0) AS o
        JOIN (SELECT to_jsonb(x) AS js FROM new_rows AS x OFFSET 0) AS n ON n.js ->> v_key = o.js ->> v_key
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(f.key, f.value) AS old, jsonb_object_agg(f.key, n.js -> f.key) AS new
            FROM jsonb_each(o.js - v_hidden) AS f WHERE f.value IS DISTINCT FROM n.js -> f.key
        ) AS d
        WHERE d.old IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
