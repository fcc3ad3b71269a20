-- Row trigger: the security event of changed settings: the names of the columns that changed. The audit
-- (audit.changes) has the values, with the same request id.
-- Trigger arguments: the kind; the column with the row's name, if the table has several rows.
-- Callers:   triggers of the tables of settings, limits and providers.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION audit.record_setting_change()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_new    CONSTANT jsonb := to_jsonb(NEW);
    v_old    CONSTANT jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) ELSE '{}' END;
    v_fields text[];
BEGIN
    SELECT array_agg(f.key ORDER BY f.key) INTO v_fields
    FROM jsonb_each(v_new) AS f
    WHERE f.value IS DISTINCT FROM v_old -> f.key AND (TG_OP = 'UPDATE' OR f.value <> 'null');
    IF v_fields IS NOT NULL THEN
        PERFORM audit.record_security_event(
            TG_ARGV[0], NULL,
            jsonb_strip_nulls(jsonb_build_object('name', v_new ->> TG_ARGV[1], 'fields', v_fields)));
    END IF;
    RETURN NULL;
END $$;
