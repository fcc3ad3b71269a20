-- Refuses an order that was just placed by a guest, if the unpaid orders of all guests with its e-mail reach more than
-- the limits of an account, or those of its network several times as much (sales.settings.guest_limits_per_network): a
-- guest costs nothing, so limits per guest alone would not keep one person from emptying the shelves.
-- Callers:   create_order, checkout_cart, under the locks of lock_guest_orders.
-- Locks:     none: it only inserts.
-- Errors:    too_many_unpaid_orders, too_many_units_on_hold 409.
-- Definer:   counts orders of other guests, and writes their networks.
CREATE OR REPLACE FUNCTION sales.limit_guest_order(order_id uuid, client_address text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_network CONSTANT text := identity.client_network(limit_guest_order.client_address);
    v_email   CONSTANT text := (SELECT lower(o.email) FROM sales.orders AS o WHERE o.id = limit_guest_order.order_id);
    v_limits  record;
    v_held    record;
BEGIN
    IF v_network IS NOT NULL THEN
        DELETE FROM sales.guest_networks AS n USING sales.orders AS o
        WHERE n.network = v_network AND o.id = n.order_id AND o.status <> 'pending';
        INSERT INTO sales.guest_networks (order_id, network) VALUES (limit_guest_order.order_id, v_network);
    END IF;
    SELECT s.max_unpaid_orders AS orders, s.max_units_on_hold AS units, s.guest_limits_per_network AS times
    INTO STRICT v_limits FROM sales.settings AS s;
    IF num_nonnulls(v_limits.orders, v_limits.units) = 0 THEN
        RETURN;
    END IF;
    FOR v_held IN
        SELECT f.times, count(DISTINCT f.id) AS orders, coalesce(sum(p.quantity), 0) AS units
        FROM (
            SELECT 1 AS times, o.id FROM sales.orders AS o
            WHERE lower(o.email) = v_email AND o.status = 'pending'
            UNION ALL
            SELECT v_limits.times, o.id
            FROM sales.guest_networks AS n JOIN sales.orders AS o ON o.id = n.order_id
            WHERE n.network = v_network AND o.status = 'pending'
        ) AS f
        LEFT JOIN LATERAL sales.list_pieces(f.id) AS p ON v_limits.units IS NOT NULL
        GROUP BY f.times
    LOOP
        IF v_held.orders > v_limits.orders::bigint * v_held.times THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'too_many_unpaid_orders',
                MESSAGE = 'There are too many unpaid orders with this e-mail or from your network.',
                HINT = 'Pay for one of them, cancel one, or order with an account.',
                DETAIL = json_build_object('limit', v_limits.orders::bigint * v_held.times)::text;
        ELSIF v_held.units > v_limits.units::bigint * v_held.times THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'too_many_units_on_hold',
                MESSAGE = 'Unpaid orders with this e-mail or from your network would hold too many pieces.',
                HINT = 'Order less, or pay for an order first.',
                DETAIL = json_build_object('limit', v_limits.units::bigint * v_held.times)::text;
        END IF;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION sales.limit_guest_order TO store_api;
