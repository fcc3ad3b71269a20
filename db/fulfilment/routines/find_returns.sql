-- Returns with ids below one id, newest first. A filter (order, status) that is NULL matches all. The caller's row
-- security applies.
-- Callers:   api.list_returns, api.list_all_returns.
CREATE OR REPLACE FUNCTION fulfilment.find_returns(order_id uuid, status text, before uuid, count integer)
RETURNS fulfilment.returns[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
    -- The filters are optional, so one generic plan would be bad for every combination.
    SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT r FROM fulfilment.returns AS r
        WHERE r.id < find_returns.before
          AND (find_returns.order_id IS NULL OR r.order_id = find_returns.order_id)
          AND (find_returns.status IS NULL OR r.status = find_returns.status)
        ORDER BY r.id DESC LIMIT find_returns.count
    );
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.find_returns TO store_api;
