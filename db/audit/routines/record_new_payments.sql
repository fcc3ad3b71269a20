-- Statement trigger: the audit of new payments (see record_new_orders).
-- Callers:   trigger audit_insert on payments.payments.
-- Locks:     none: it only inserts.
-- Definer:   callers can neither write nor prevent audit rows.
CREATE OR REPLACE FUNCTION audit.record_new_payments()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO audit.changes (table_name, operation, row_id, actor_id, db_role, request_id, new)
    SELECT 'payments.payments', 'INSERT', n.id::text, identity.current_actor(), session_user,
           nullif(current_setting('app.request_id', true), ''),
           CASE WHEN session_user LIKE 'web\_%' THEN
                json_object('id': n.id, 'order_id': n.order_id, 'account_id': n.account_id, 'purpose': n.purpose,
                            'provider': n.provider,
                            'capture_method': n.capture_method, 'status': n.status, 'amount': n.amount,
                            'currency': n.currency,
                            'amount_captured': nullif(n.amount_captured, 0), 'request_key': n.request_key,
                            'provider_reference': n.provider_reference,
                            'hold_id': n.hold_id, 'expires_at': n.expires_at, 'check_at': n.check_at ABSENT ON NULL
                            RETURNING jsonb)
           ELSE jsonb_strip_nulls(to_jsonb(n) - '{outside_key,checkout_url,return_url}'::text[]) END
    FROM new_rows AS n;
    RETURN NULL;
END $$;
