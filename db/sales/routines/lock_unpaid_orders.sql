-- Lets one request at a time add to an account's unpaid orders, so that concurrent ones cannot pass its limits.
-- Callers:   place_order (where another request holds the lock; it tries it itself first), change_lines.
-- Locks:     an advisory lock of the account as a buyer (seed 2; as a merchant require_for_sale locks it with seed 1),
--            before any stock row.
CREATE OR REPLACE FUNCTION sales.lock_unpaid_orders(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(uuid_hash_extended(lock_unpaid_orders.account_id, 2));
END $$;

GRANT EXECUTE ON FUNCTION sales.lock_unpaid_orders TO store_api;
