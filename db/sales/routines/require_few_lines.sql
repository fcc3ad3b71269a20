-- Refuses an order with more than 200 lines: it would hold too many stock rows for too long.
-- Callers:   place_order, change_lines.
-- Errors:    order_too_long 422.
CREATE OR REPLACE FUNCTION sales.require_few_lines(lines bigint)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF require_few_lines.lines > 200 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'order_too_long',
            MESSAGE = 'An order has 200 lines at most.', HINT = 'Order in several parts.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.require_few_lines TO store_api;
