-- Lets one order at a time be placed by guests with an e-mail or from a network, so that concurrent ones cannot pass
-- the limits. Callers with an account are not limited by these.
-- Callers:   create_order, checkout_cart, before they place the order.
-- Locks:     advisory locks of the network (seed 3) and the e-mail (seed 4), before any stock row.
CREATE OR REPLACE FUNCTION sales.lock_guest_orders(email text, client_address text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(identity.client_network(lock_guest_orders.client_address), 3)),
            pg_advisory_xact_lock(hashtextextended(lower(lock_guest_orders.email), 4));
END $$;

GRANT EXECUTE ON FUNCTION sales.lock_guest_orders TO store_api;
