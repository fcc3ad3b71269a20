-- A column for the audit of a changed row: {name: value} if the two values differ, otherwise {}.
-- Callers:   record_order_update, record_payment_update. Without SET, so that it can be inlined into their expressions.
CREATE OR REPLACE FUNCTION audit.changed(name text, value anyelement, other anyelement)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN changed.value IS DISTINCT FROM changed.other THEN jsonb_build_object(changed.name, changed.value)
                ELSE '{}' END;
$$;
