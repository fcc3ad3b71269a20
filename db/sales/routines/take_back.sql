-- Counts money as refunded on the order, so that no refund exceeds what was paid (order_amounts_out_of_range). A
-- negative amount undoes that, because the refund failed.
-- Callers:   payments.count_refund.
-- Locks:     none of its own; the caller holds the order.
CREATE OR REPLACE FUNCTION sales.take_back(order_id uuid, amount bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE sales.orders AS o SET amount_refunded = o.amount_refunded + take_back.amount, version = o.version + 1
    WHERE o.id = take_back.order_id;
END $$;

GRANT EXECUTE ON FUNCTION sales.take_back TO store_api;
