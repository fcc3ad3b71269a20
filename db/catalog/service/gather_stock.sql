-- One product's pieces, laid out in parts an hour ago or longer, are put together again: what is read often should lie
-- in one row. A product that is wanted still is split again by the next crowd. Answers 1, or 0 when there is none; the
-- worker goes on until it is 0.
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
'Put the parts of a stock together again

For the worker: of a product that a crowd wanted an hour ago.';

GRANT EXECUTE ON FUNCTION api.gather_stock TO app_worker;
