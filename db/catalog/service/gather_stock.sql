-- Merges the stock of one product that was split an hour ago or longer: stock that is read often should be in one row.
-- A product that is still in demand is split again. Returns 1, or 0 if there is none; the worker repeats this until it
-- is 0.
-- Callers:   the worker.
-- Locks:     the stock row and its parts.
CREATE FUNCTION api.gather_stock()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_product_id uuid;
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT s.product_id INTO v_product_id FROM catalog.stock AS s WHERE s.split_at < now() - interval '1 hour'
    ORDER BY s.split_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    PERFORM catalog.gather_stock(v_product_id);
    RETURN 1;
END $$;

COMMENT ON FUNCTION api.gather_stock IS
'Merge the parts of a split stock

For the worker. One product whose stock was split at least an hour ago.';

GRANT EXECUTE ON FUNCTION api.gather_stock TO app_worker;
