-- Refuses pieces that would be more than the unpaid orders of one account can hold together, so that nobody empties a
-- shelf without paying.
-- Callers:   place_order (with the new order's pieces, before it is stored), change_lines (with none: they are stored).
-- Locks:     none of its own; the caller holds the lock of the account's unpaid orders.
-- Errors:    too_many_units_on_hold 409.
CREATE OR REPLACE FUNCTION sales.require_few_units(account_id uuid, pieces bigint DEFAULT 0)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_most CONSTANT integer := (SELECT s.max_units_on_hold FROM sales.settings AS s);
    v_held bigint;
BEGIN
    SELECT coalesce(sum(p.quantity), 0) INTO STRICT v_held
    FROM sales.orders AS o
    CROSS JOIN LATERAL sales.list_pieces(o.id) AS p
    WHERE o.account_id = require_few_units.account_id AND o.status = 'pending';
    IF v_held + require_few_units.pieces > v_most THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'too_many_units_on_hold',
            MESSAGE = 'Your unpaid orders would hold too many pieces.',
            HINT = 'Order less, or pay for an order first.',
            DETAIL = json_build_object('limit', v_most, 'held', v_held)::text;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.require_few_units TO store_api;
