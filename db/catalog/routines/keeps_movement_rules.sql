-- The rules of a stock movement, called by the table's one CHECK (see sales.keeps_order_rules).
-- Callers:   constraint movement_rules on catalog.stock_movements.
-- Errors:    movement_kind_unknown, movement_moves_nothing 409.
CREATE OR REPLACE FUNCTION catalog.keeps_movement_rules(kind text, on_hand_delta bigint, reserved_delta bigint)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF keeps_movement_rules.kind NOT IN ('adjustment', 'reservation', 'release', 'sale', 'return') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'movement_kind_unknown',
            MESSAGE = 'The kind of this stock movement is unknown.';
    ELSIF keeps_movement_rules.on_hand_delta = 0 AND keeps_movement_rules.reserved_delta = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'movement_moves_nothing',
            MESSAGE = 'A stock movement must change the stock by at least one piece.';
    END IF;
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION catalog.keeps_movement_rules TO store_api;
