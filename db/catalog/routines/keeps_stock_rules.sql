-- The rules of a product's stock, called by the table's one CHECK (see sales.keeps_order_rules).
-- Callers:   constraint stock_rules on catalog.stock.
-- Errors:    out_of_stock, stock_out_of_range 409.
CREATE OR REPLACE FUNCTION catalog.keeps_stock_rules(on_hand bigint, reserved bigint)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF keeps_stock_rules.reserved BETWEEN 0 AND keeps_stock_rules.on_hand
       AND keeps_stock_rules.on_hand <= 1000000000 THEN
        RETURN true;
    ELSIF keeps_stock_rules.on_hand NOT BETWEEN 0 AND 1000000000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'stock_out_of_range',
            MESSAGE = 'Stock must stay between 0 and 1,000,000,000 pieces.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'out_of_stock', MESSAGE = 'There is not enough in stock.';
END $$;

GRANT EXECUTE ON FUNCTION catalog.keeps_stock_rules TO store_api;
