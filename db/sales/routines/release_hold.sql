-- A bank has refused a payment that a pending order waited for: the order may be paid in another way for as long as a
-- new one, then it expires and gives back its stock. Attempts that are still under way keep their time.
-- Callers:   api.receive_gateway_event.
-- Locks:     the order; the caller holds it.
CREATE OR REPLACE FUNCTION sales.release_hold(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE sales.orders AS o
    SET expires_at = least(o.expires_at, greatest(
            now() + s.order_time_to_live,
            -- OFFSET 0: as in payments.cancel_open_payments.
            (SELECT max(p.expires_at)
             FROM (SELECT a.status, a.expires_at
                   FROM payments.payments AS a WHERE a.order_id = release_hold.order_id OFFSET 0) AS p
             WHERE p.status IN ('initiated', 'open', 'authorized', 'processing')))),
        version = o.version + 1
    FROM sales.settings AS s
    WHERE o.id = release_hold.order_id AND o.status = 'pending';
END $$;

GRANT EXECUTE ON FUNCTION sales.release_hold TO store_api;
