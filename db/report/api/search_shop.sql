-- Searches for customer service, from one input field: the number of an order or invoice, any id, a gateway's or a bank
-- transfer's reference, or the beginning of an e-mail address or a handle.
CREATE DOMAIN api.search_kind AS text CONSTRAINT search_kind_unknown
    CHECK (VALUE = ANY (ARRAY['order', 'payment', 'refund', 'invoice', 'credit_note', 'debit_note', 'account']));
COMMENT ON DOMAIN api.search_kind IS 'What was found.';
CREATE DOMAIN api.search_status AS text CONSTRAINT search_status_unknown
    CHECK (VALUE = ANY (ARRAY[
        'pending', 'paid', 'shipped', 'delivered', 'cancelled', 'initiated', 'open', 'processing', 'authorized',
        'completed', 'failed', 'expired', 'active', 'suspended', 'closed']));
COMMENT ON DOMAIN api.search_status IS 'The status of an order, a payment, a refund or an account.';
CREATE TYPE api.search_hit AS (
    kind api.search_kind, id uuid, label text, detail text, status api.search_status, order_id uuid, account_id uuid
);
COMMENT ON COLUMN api.search_hit.label IS 'Its number or provider; of an account its handle, e-mail, name or id.';
COMMENT ON COLUMN api.search_hit.detail IS
'Its amount and currency; of an account its e-mail, empty if it has none.';
COMMENT ON COLUMN api.search_hit.status IS 'Null: documents have none.';
COMMENT ON COLUMN api.search_hit.order_id IS 'Null: it belongs to no order.';
CREATE TYPE api.search_page AS (data api.search_hit[], next_cursor text);

CREATE FUNCTION api.search_shop(q api.search_text)
RETURNS api.search_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_text    CONSTANT text := btrim(search_shop.q, E' \t\n#');
    v_id      CONSTANT uuid :=
        CASE WHEN v_text ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' THEN v_text END;
    v_number  CONSTANT bigint := CASE WHEN v_text ~ '^[0-9]{1,18}$' THEN v_text END;
    -- Banks and people write it in groups of four.
    v_transfer CONSTANT text := CASE WHEN v_text ~* '^RF[0-9]{2}' THEN upper(replace(v_text, ' ', '')) END;
    v_invoice CONSTANT text[] := regexp_match(upper(v_text), '^(INV|CN|DN)-([0-9]{4})-([0-9]{1,18})$');
BEGIN
    RETURN ROW(ARRAY(
        SELECT ROW(
            'order', o.id, o.number::text, o.total || ' ' || o.currency, o.status, o.id, o.account_id
        )::api.search_hit
        FROM sales.orders AS o WHERE o.number = v_number
        UNION ALL
        SELECT ROW(
            'order', o.id, o.number::text, o.total || ' ' || o.currency, o.status, o.id, o.account_id
        )::api.search_hit
        FROM sales.orders AS o WHERE o.id = v_id
        UNION ALL
        SELECT ROW(
            'order', o.id, o.number::text, o.total || ' ' || o.currency, o.status, o.id, o.account_id
        )::api.search_hit
        FROM unnest((sales.find_orders_by_email(CASE WHEN v_text ~ '@' THEN v_text END))[1:10]) AS f (id)
        JOIN sales.orders AS o ON o.id = f.id
        UNION ALL
        SELECT ROW(i.kind, i.id, i.number, i.total || ' ' || i.currency, NULL, i.order_id, i.account_id)::api.search_hit
        FROM billing.invoices AS i
        WHERE i.kind = CASE v_invoice[1] WHEN 'INV' THEN 'invoice' WHEN 'CN' THEN 'credit_note' ELSE 'debit_note' END
          AND i.year = v_invoice[2]::integer AND i.sequence = v_invoice[3]::bigint
        UNION ALL
        SELECT ROW(
            'payment', p.id, p.provider, p.amount || ' ' || p.currency, p.status, p.order_id, p.account_id
        )::api.search_hit
        FROM payments.payments AS p WHERE p.id = v_id
        UNION ALL
        -- By provider, because the index begins with it.
        SELECT ROW(
            'payment', p.id, p.provider, p.amount || ' ' || p.currency, p.status, p.order_id, p.account_id
        )::api.search_hit
        FROM payments.providers AS v
        JOIN payments.payments AS p ON p.provider = v.name AND p.provider_reference = v_text
        UNION ALL
        SELECT ROW(
            'payment', p.id, p.provider, p.amount || ' ' || p.currency, p.status, p.order_id, p.account_id
        )::api.search_hit
        FROM payments.bank_transfers AS t JOIN payments.payments AS p ON p.id = t.payment_id
        WHERE t.reference = v_transfer
        UNION ALL
        SELECT ROW(
            'refund', r.id, p.provider, r.amount || ' ' || p.currency, r.status, r.order_id, r.account_id
        )::api.search_hit
        FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id WHERE r.id = v_id
        UNION ALL
        SELECT ROW(
            'account', a.id, coalesce(a.handle, a.email, a.display_name, a.id::text), coalesce(a.email, ''), a.status,
            NULL, a.id
        )::api.search_hit
        FROM identity.accounts AS a WHERE a.id = v_id
        UNION ALL
        SELECT ROW(
            'account', a.id, coalesce(a.handle, a.email, a.display_name, a.id::text), coalesce(a.email, ''), a.status,
            NULL, a.id
        )::api.search_hit
        FROM report.find_accounts(v_text) AS a WHERE v_id IS NULL AND char_length(v_text) >= 2
    ), NULL)::api.search_page;
END $$;

COMMENT ON FUNCTION api.search_shop IS
'Search the shop

By the number of an order, invoice, credit or debit note, any id, a gateway''s reference, the reference of a bank
transfer, the e-mail with which orders were placed, or the beginning of an account''s e-mail address or handle. For
customer service; at most ten accounts, and ten orders of an e-mail.';

GRANT EXECUTE ON FUNCTION api.search_shop TO app_support;
