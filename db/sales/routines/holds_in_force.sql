-- The holds that keep an order from being shipped: those of support or for its tax, and those of gateways whose payment
-- has paid for the order. A risky attempt that failed holds nothing. The caller's row security applies.
-- Callers:   follow_holds, api.release_order. The caller holds the order.
CREATE OR REPLACE FUNCTION sales.holds_in_force(order_id uuid)
RETURNS SETOF sales.order_holds
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT h.* FROM sales.order_holds AS h
    WHERE h.order_id = holds_in_force.order_id AND h.released_at IS NULL
      AND (h.payment_id IS NULL
           OR EXISTS (SELECT FROM payments.payments AS p
                      WHERE p.id = h.payment_id AND p.status = 'completed' AND p.amount_applied > 0));
END;

GRANT EXECUTE ON FUNCTION sales.holds_in_force TO store_api;
