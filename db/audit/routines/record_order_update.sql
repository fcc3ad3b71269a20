-- Row trigger: the audit of a changed order. It does what record_change does, at a third of the cost: the columns that
-- a payment changes are named here, while to_jsonb() looks up the type of every column. If any other column has
-- changed, all are recorded as in record_change.
-- Callers:   trigger audit_update on sales.orders.
-- Locks:     none: it only inserts.
-- Definer:   callers can neither write nor prevent audit rows.
CREATE OR REPLACE FUNCTION audit.record_order_update()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_rest sales.orders := OLD;    -- equals NEW if only the named columns have changed
    v_old  jsonb;
    v_new  jsonb;
BEGIN
    v_rest.status := NEW.status;
    v_rest.amount_paid := NEW.amount_paid;
    v_rest.paid_at := NEW.paid_at;
    v_rest.expires_at := NEW.expires_at;
    v_rest.cancel_reason := NEW.cancel_reason;
    v_rest.version := NEW.version;
    IF v_rest IS DISTINCT FROM NEW THEN
        PERFORM audit.record_difference('sales.orders', OLD.id::text,
            to_jsonb(OLD) - '{version}'::text[], to_jsonb(NEW));
        RETURN NULL;
    END IF;
    v_old := audit.changed('status', OLD.status, NEW.status)
        || audit.changed('amount_paid', OLD.amount_paid, NEW.amount_paid)
        || audit.changed('paid_at', OLD.paid_at, NEW.paid_at)
        || audit.changed('expires_at', OLD.expires_at, NEW.expires_at)
        || audit.changed('cancel_reason', OLD.cancel_reason, NEW.cancel_reason);
    IF v_old <> '{}' THEN
        v_new := audit.changed('status', NEW.status, OLD.status)
            || audit.changed('amount_paid', NEW.amount_paid, OLD.amount_paid)
            || audit.changed('paid_at', NEW.paid_at, OLD.paid_at)
            || audit.changed('expires_at', NEW.expires_at, OLD.expires_at)
            || audit.changed('cancel_reason', NEW.cancel_reason, OLD.cancel_reason);
        INSERT INTO audit.changes (table_name, operation, row_id, actor_id, db_role, request_id, old, new)
        VALUES ('sales.orders', 'UPDATE', OLD.id::text, identity.current_actor(), session_user,
                nullif(current_setting('app.request_id', true), ''), v_old, v_new);
    END IF;
    RETURN NULL;
END $$;
