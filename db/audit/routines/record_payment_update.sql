-- Row trigger: the audit of a changed payment. It does what record_change does, at a third of the cost: the columns
-- that a payment changes are named here, while to_jsonb() looks up the type of every column. If any other column has
-- changed, all are recorded as in record_change.
-- Callers:   trigger audit_update on payments.payments.
-- Locks:     none: it only inserts.
-- Definer:   callers can neither write nor prevent audit rows.
CREATE OR REPLACE FUNCTION audit.record_payment_update()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_rest payments.payments := OLD;    -- equals NEW if only the named columns have changed
    v_old  jsonb;
    v_new  jsonb;
BEGIN
    v_rest.status := NEW.status;
    v_rest.amount_captured := NEW.amount_captured;
    v_rest.captured_currency := NEW.captured_currency;
    v_rest.amount_applied := NEW.amount_applied;
    v_rest.provider_reference := NEW.provider_reference;
    v_rest.charge_reference := NEW.charge_reference;
    v_rest.failure_code := NEW.failure_code;
    v_rest.completed_at := NEW.completed_at;
    v_rest.version := NEW.version;
    v_rest.outside_key := NEW.outside_key;
    v_rest.checkout_url := NEW.checkout_url;
    v_rest.check_at := NEW.check_at;
    IF v_rest IS DISTINCT FROM NEW THEN
        PERFORM audit.record_difference('payments.payments', OLD.id::text,
            to_jsonb(OLD) - '{version, outside_key, checkout_url, return_url, check_at}'::text[], to_jsonb(NEW));
        RETURN NULL;
    END IF;
    v_old := audit.changed('status', OLD.status, NEW.status)
        || audit.changed('amount_captured', OLD.amount_captured, NEW.amount_captured)
        || audit.changed('captured_currency', OLD.captured_currency, NEW.captured_currency)
        || audit.changed('amount_applied', OLD.amount_applied, NEW.amount_applied)
        || audit.changed('provider_reference', OLD.provider_reference, NEW.provider_reference)
        || audit.changed('charge_reference', OLD.charge_reference, NEW.charge_reference)
        || audit.changed('failure_code', OLD.failure_code, NEW.failure_code)
        || audit.changed('completed_at', OLD.completed_at, NEW.completed_at);
    IF v_old <> '{}' THEN
        v_new := audit.changed('status', NEW.status, OLD.status)
            || audit.changed('amount_captured', NEW.amount_captured, OLD.amount_captured)
            || audit.changed('captured_currency', NEW.captured_currency, OLD.captured_currency)
            || audit.changed('amount_applied', NEW.amount_applied, OLD.amount_applied)
            || audit.changed('provider_reference', NEW.provider_reference, OLD.provider_reference)
            || audit.changed('charge_reference', NEW.charge_reference, OLD.charge_reference)
            || audit.changed('failure_code', NEW.failure_code, OLD.failure_code)
            || audit.changed('completed_at', NEW.completed_at, OLD.completed_at);
        INSERT INTO audit.changes (table_name, operation, row_id, actor_id, db_role, request_id, old, new)
        VALUES ('payments.payments', 'UPDATE', OLD.id::text, identity.current_actor(), session_user,
                nullif(current_setting('app.request_id', true), ''), v_old, v_new);
    END IF;
    RETURN NULL;
END $$;
