-- Orders below an id, newest first: of one account or of all; with one status of the order, its money or its goods, or
-- any; of some ids; from a moment (inclusive) to another (exclusive). NULL is no filter. The caller's row security
-- applies.
-- Callers:   list_orders, list_all_orders.
CREATE OR REPLACE FUNCTION sales.find_orders(
    account_id uuid, status text, payment_status text, fulfilment_status text, "from" timestamptz, "to" timestamptz,
    before uuid, count integer, ids uuid[] DEFAULT NULL
)
RETURNS sales.orders[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
    -- The filters are optional, so one generic plan would be bad for every combination. The setting is here and not in
    -- the endpoint, where it would apply to every function that it calls.
    SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT o FROM sales.orders AS o
        WHERE o.id < find_orders.before
          AND (find_orders.ids IS NULL OR o.id = ANY (find_orders.ids))
          -- The period as a range of ids, ten minutes wider: an id is made shortly after its transaction began (which
          -- is the time in created_at), and clocks may be adjusted. Without this range, the search for an old period
          -- starts at the newest order.
          AND (find_orders."from" IS NULL OR o.id >= messaging.first_id_at(find_orders."from" - interval '10 minutes'))
          AND (find_orders."to" IS NULL OR o.id < messaging.first_id_at(find_orders."to" + interval '10 minutes'))
          AND (find_orders.account_id IS NULL OR o.account_id = find_orders.account_id)
          AND (find_orders.status IS NULL OR o.status >= find_orders.status AND o.status <= find_orders.status)
          AND (find_orders.fulfilment_status IS NULL OR o.fulfilment_status >= find_orders.fulfilment_status
                                                        AND o.fulfilment_status <= find_orders.fulfilment_status)
          AND (find_orders."from" IS NULL OR o.created_at >= find_orders."from")
          AND (find_orders."to" IS NULL OR o.created_at < find_orders."to")
          -- What sales.payment_status() says, in conditions that name an index with few others: orders_unpaid,
          -- orders_partly_paid, orders_refunded, payments_in_flight.
          AND CASE find_orders.payment_status
              WHEN 'refunded' THEN o.amount_refunded > 0 AND o.amount_refunded = o.amount_paid
              WHEN 'partly_refunded' THEN o.amount_refunded > 0 AND o.amount_refunded < o.amount_paid
              WHEN 'paid' THEN o.paid_at IS NOT NULL AND o.amount_refunded = 0
              WHEN 'partly_paid' THEN o.paid_at IS NULL AND o.amount_paid > 0 AND o.amount_refunded = 0 AND NOT EXISTS (
                  SELECT FROM payments.payments AS p
                  WHERE p.order_id = o.id AND p.status IN ('processing', 'authorized'))
              WHEN 'unpaid' THEN o.paid_at IS NULL AND o.amount_paid = 0 AND NOT EXISTS (
                  SELECT FROM payments.payments AS p
                  WHERE p.order_id = o.id AND p.status IN ('processing', 'authorized'))
              WHEN 'authorized' THEN o.paid_at IS NULL AND o.amount_refunded = 0 AND o.id = ANY (ARRAY(
                  SELECT p.order_id FROM payments.payments AS p WHERE p.status IN ('processing', 'authorized')
                  GROUP BY p.order_id HAVING max(p.status) = 'authorized'))
              WHEN 'processing' THEN o.paid_at IS NULL AND o.amount_refunded = 0 AND o.id = ANY (ARRAY(
                  SELECT p.order_id FROM payments.payments AS p WHERE p.status = 'processing'))
              ELSE true END
        -- Between itself and itself, and sorted by it: only the indexes that begin with a status (of an account) can do
        -- that. Asked for orders that are delivered, which are old, PostgreSQL would else walk from the newest order
        -- on: 2,426 pages in a shop of a million.
        ORDER BY CASE WHEN find_orders.status IS NOT NULL THEN o.status
                      WHEN find_orders.fulfilment_status IS NOT NULL THEN o.fulfilment_status END,
                 o.id DESC LIMIT find_orders.count
    );
END $$;

GRANT EXECUTE ON FUNCTION sales.find_orders TO store_api;
