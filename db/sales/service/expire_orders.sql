-- Cancels pending orders that have expired and releases their stock. Returns the number of orders.
-- Callers:   the worker.
-- Locks:     the orders (locked ones are skipped), then all their stock rows in product order, then payments.
CREATE FUNCTION api.expire_orders("limit" integer DEFAULT 100)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_orders   uuid[];
    v_order_id uuid;
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT array_agg(o.id) INTO v_orders
    FROM (
        SELECT p.id FROM sales.orders AS p WHERE p.status = 'pending' AND p.expires_at <= now()
        ORDER BY p.expires_at LIMIT expire_orders."limit" FOR NO KEY UPDATE SKIP LOCKED
    ) AS o;
    -- There are several orders in one transaction: their stock is locked in product order first, since otherwise two
    -- such transactions could deadlock.
    PERFORM FROM catalog.stock AS s
    WHERE s.product_id IN (SELECT p.product_id
                           FROM unnest(v_orders) AS e (id)
                           CROSS JOIN LATERAL sales.list_pieces(e.id) AS p)
    ORDER BY s.product_id FOR NO KEY UPDATE;
    FOREACH v_order_id IN ARRAY coalesce(v_orders, '{}') LOOP
        PERFORM messaging.record_event('order.expired', o.id, o.account_id, sales.order_data(o))
        FROM sales.orders AS o WHERE o.id = v_order_id;
        PERFORM sales.cancel_order(v_order_id, 'expired');
    END LOOP;
    RETURN coalesce(cardinality(v_orders), 0);
END $$;

COMMENT ON FUNCTION api.expire_orders IS
'Cancel expired unpaid orders';

GRANT EXECUTE ON FUNCTION api.expire_orders TO app_worker;
