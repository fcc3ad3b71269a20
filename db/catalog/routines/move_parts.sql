-- Changes one part of a split product's stock: the first part that is not locked and has enough, starting at a position
-- that depends on the session. A sale or a release may use another part than its hold did: the stock is the sum of all
-- parts, and what is available in each part is never below 0. Returns false if the product is not split any more.
-- Callers:   hold_stock, change_stock, if the stock row says that the stock is split.
-- Locks:     one part; it does not wait while another part is free. All parts if none has enough.
-- Errors:    out_of_stock 409, with what is available.
CREATE OR REPLACE FUNCTION catalog.move_parts(product_id uuid, on_hand_delta bigint, reserved_delta bigint)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_place CONSTANT integer := pg_backend_pid();
    -- the pieces that have to be available; a sale needs none
    v_wanted CONSTANT bigint := move_parts.reserved_delta - move_parts.on_hand_delta;
    v_available bigint;
BEGIN
    UPDATE catalog.stock_parts AS p
    SET on_hand = p.on_hand + move_parts.on_hand_delta, reserved = p.reserved + move_parts.reserved_delta
    WHERE p.product_id = move_parts.product_id
      AND p.part = (    -- a scalar: in FROM it might run, and lock, more than once
        SELECT t.part FROM catalog.stock_parts AS t
        WHERE t.product_id = move_parts.product_id AND t.on_hand - t.reserved >= v_wanted
        ORDER BY (t.part + v_place) % 64 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED);
    IF FOUND THEN
        RETURN true;
    END IF;
    -- There are more buyers than parts: wait for one.
    UPDATE catalog.stock_parts AS p
    SET on_hand = p.on_hand + move_parts.on_hand_delta, reserved = p.reserved + move_parts.reserved_delta
    WHERE p.product_id = move_parts.product_id
      AND p.part = (
        SELECT t.part FROM catalog.stock_parts AS t
        WHERE t.product_id = move_parts.product_id AND t.on_hand - t.reserved >= v_wanted
        ORDER BY (t.part + v_place) % 64 LIMIT 1)
      AND p.on_hand - p.reserved >= v_wanted;
    IF FOUND THEN
        RETURN true;
    END IF;
    -- No part has enough. The total is checked first, so that buyers who come too late do not merge the parts one after
    -- another.
    SELECT sum(p.on_hand - p.reserved) INTO v_available
    FROM catalog.stock_parts AS p
    WHERE p.product_id = move_parts.product_id;
    IF v_available < v_wanted THEN
        PERFORM catalog.refuse_stock(move_parts.product_id, v_wanted, v_available);
    END IF;
    PERFORM catalog.gather_stock(move_parts.product_id);
    RETURN false;
END $$;

GRANT EXECUTE ON FUNCTION catalog.move_parts TO store_api;
