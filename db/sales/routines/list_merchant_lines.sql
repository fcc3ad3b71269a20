-- The order lines of a merchant's products, newest first, with their order's number and statuses and nothing about the
-- buyer.
-- Callers:   list_merchant_sales.
-- Definer:   merchants may not read customers' orders; this returns only their own lines.
CREATE OR REPLACE FUNCTION sales.list_merchant_lines(merchant_id uuid, before uuid, count integer)
RETURNS TABLE (
    id uuid, order_id uuid, order_number text, order_status text, product_id uuid, sku text, name text,
    quantity integer, unit_price bigint, total bigint, currency text, created_at timestamptz, payment_status text,
    fulfilment_status text, metadata jsonb
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.id, i.order_id, o.number::text, o.status, i.product_id, i.sku, i.name, i.quantity, i.unit_price,
           i.total, o.currency::text, i.created_at,
           sales.payment_status(o, (SELECT max(p.status) FROM payments.payments AS p
                                    WHERE p.order_id = o.id AND p.status IN ('processing', 'authorized'))),
           o.fulfilment_status, i.metadata
    FROM sales.order_items AS i JOIN sales.orders AS o ON o.id = i.order_id
    WHERE i.merchant_id = list_merchant_lines.merchant_id AND i.id < list_merchant_lines.before
    ORDER BY i.id DESC LIMIT list_merchant_lines.count;
$$;

GRANT EXECUTE ON FUNCTION sales.list_merchant_lines TO store_api;
