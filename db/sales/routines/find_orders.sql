-- Orders with ids below one id, newest first: of one account or of all, in one status or in any, from a time
-- (inclusive) to another (exclusive). NULL is no filter. The caller's row security applies.
-- Callers:   list_orders, list_all_orders.
CREATE OR REPLACE FUNCTION sales.find_orders(
    account_id uuid, status text, "from" timestamptz, "to" timestamptz, before uuid, count integer
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
          -- The period as a range of ids, ten minutes wider: an id is made shortly after its transaction began (which
          -- is the time in created_at), and clocks may be adjusted. Without this range, the search for an old period
          -- starts at the newest order.
          AND (find_orders."from" IS NULL OR o.id >= messaging.first_id_at(find_orders."from" - interval '10 minutes'))
          AND (find_orders."to" IS NULL OR o.id < messaging.first_id_at(find_orders."to" + interval '10 minutes'))
          AND (find_orders.account_id IS NULL OR o.account_id = find_orders.account_id)
          AND (find_orders.status IS NULL OR o.status >= find_orders.status AND o.status <= find_orders.status)
          AND (find_orders."from" IS NULL OR o.created_at >= find_orders."from")
          AND (find_orders."to" IS NULL OR o.created_at < find_orders."to")
        -- A range with equal bounds, and the status in ORDER BY: only the indexes that begin with a status (of an
        -- account) fit both. Otherwise PostgreSQL would look for delivered orders, which are old, starting at the
        -- newest order: 2,426 pages in a shop with a million orders.
        ORDER BY CASE WHEN find_orders.status IS NOT NULL THEN o.status END, o.id DESC LIMIT find_orders.count
    );
END $$;

GRANT EXECUTE ON FUNCTION sales.find_orders TO store_api;
