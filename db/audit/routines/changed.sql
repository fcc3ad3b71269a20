-- A column for the audit of a changed row: {name: value} where the two values differ, else {}.
-- Callers:   record_order_update, record_payment_update. No SET, so that it becomes a part of their expressions.
CREATE OR REPLACE FUNCTION audit.changed(name text, value anyelement, other anyelement)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN changed.value IS DISTINCT FROM changed.other THEN jsonb_build_object(changed.name, changed.value)
                ELSE '{}' END;
$$;
