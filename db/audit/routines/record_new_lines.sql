-- Statement trigger: the audit of new order lines (see record_new_orders).
-- Callers:   trigger audit_insert on sales.order_items.
-- Locks:     none: it only inserts.
-- Definer:   callers can neither write nor prevent audit rows.
CREATE OR REPLACE FUNCTION audit.record_new_lines()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO audit.changes (table_name, operation, row_id, actor_id, db_role, request_id, new)
    SELECT 'sales.order_items', 'INSERT', n.id::text, identity.current_actor(), session_user,
           nullif(current_setting('app.request_id', true), ''),
           CASE WHEN session_user LIKE 'web\_%' THEN
                json_object('order_id': n.order_id, 'product_id': n.product_id, 'quantity': n.quantity,
                            'unit_price': n.unit_price, 'price_version': n.price_version, 'total': n.total,
                            'metadata': nullif(n.metadata, '{}')
                            ABSENT ON NULL RETURNING jsonb)
           ELSE jsonb_strip_nulls(to_jsonb(n)) END
    FROM new_rows AS n;
    RETURN NULL;
END $$;
