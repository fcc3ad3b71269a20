-- The columns of a table, or keys in the data of events, that hold personal data: what closing an account also erases
-- from the history.
-- Callers:   audit.without_person. A new table with personal columns and an audit trigger has to be added here and in
--            audit.erase_person.
CREATE OR REPLACE FUNCTION audit.personal_columns(table_name text)
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN CASE personal_columns.table_name
    WHEN 'identity.accounts' THEN ARRAY['email', 'pending_email', 'handle', 'display_name', 'tax_id', 'language']
    WHEN 'identity.addresses'
        THEN ARRAY['name', 'line1', 'line2', 'city', 'region', 'postal_code', 'phone', 'tax_id']
    WHEN 'sales.orders'
        THEN ARRAY['shipping_address', 'cancel_reason', 'hold_reason', 'buyer_tax_id', 'buyer_reference', 'metadata']
    WHEN 'sales.order_items' THEN ARRAY['metadata']
    WHEN 'sales.order_notes' THEN ARRAY['text']
    WHEN 'sales.order_holds' THEN ARRAY['reason', 'release_reason']
    WHEN 'ledger.wallet_locks' THEN ARRAY['reason']
    WHEN 'fulfilment.shipments' THEN ARRAY['address', 'tracking_number', 'tracking_url']
    WHEN 'fulfilment.returns' THEN ARRAY['reason', 'rejection_reason']
    WHEN 'messaging.events' THEN ARRAY['reason', 'tracking_number', 'tracking_url']
    ELSE '{}'::text[] END;
