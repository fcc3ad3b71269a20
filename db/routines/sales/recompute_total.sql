-- The order's totals, from all of its lines. The order row is locked by the caller.
-- Called by: modify_order, delete_product_in_order.
CREATE OR REPLACE FUNCTION sales.recompute_total(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE sales.orders AS o
    SET subtotal = t.subtotal, discount = t.discount, tax = t.tax, total = t.subtotal - t.discount + t.tax + o.shipping, version = o.version + 1
    FROM (
        SELECT coalesce(sum(i.unit_price * i.quantity), 0)::bigint AS subtotal, coalesce(sum(i.discount), 0)::bigint AS discount,
               coalesce(sum(i.tax), 0)::bigint AS tax
        FROM sales.order_items AS i WHERE i.order_id = recompute_total.order_id
    ) AS t
    WHERE o.id = recompute_total.order_id;
END $$;

GRANT EXECUTE ON FUNCTION sales.recompute_total TO store_api;
