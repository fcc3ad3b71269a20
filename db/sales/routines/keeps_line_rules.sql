-- The rules of an order line's row, called by the table's one CHECK (see keeps_order_rules).
-- Callers:   constraint line_rules on sales.order_items.
-- Errors:    quantity_out_of_range, line_refunded_out_of_range, line_returned_twice, refund_above_line,
--            shipped_above_owed, returned_above_shipped, pieces_await_their_return, order_item_adds_up 409.
CREATE OR REPLACE FUNCTION sales.keeps_line_rules(i sales.order_items)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF i.quantity BETWEEN 1 AND 10000
        AND i.total = i.unit_price * i.quantity - i.discount + (CASE WHEN i.tax_included THEN 0 ELSE i.tax END)
        AND least(i.total, i.amount_refunded, i.total - i.amount_refunded) >= 0
        AND least(i.quantity_refunded, i.quantity_returned, i.quantity_shipped, i.quantity_withdrawn,
                  i.quantity_returning, i.quantity_came_back, i.quantity - i.quantity_returned,
                  i.quantity - i.quantity_shipped - i.quantity_withdrawn,
                  i.quantity_shipped - i.quantity_returning - i.quantity_came_back,
                  i.quantity - i.quantity_refunded - i.quantity_returning) >= 0
    THEN
        RETURN true;
    ELSIF i.quantity NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'quantity_out_of_range',
            MESSAGE = 'A line must have 1 to 10,000 pieces.';
    ELSIF i.quantity_refunded NOT BETWEEN 0 AND i.quantity THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'line_refunded_out_of_range',
            MESSAGE = 'These pieces have been refunded already.';
    ELSIF i.quantity_returned NOT BETWEEN 0 AND i.quantity THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'line_returned_twice',
            MESSAGE = 'These pieces have already been restocked.';
    ELSIF i.amount_refunded NOT BETWEEN 0 AND i.total THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_above_line',
            MESSAGE = 'Refunds cannot exceed what the line cost.';
    ELSIF i.quantity_shipped < 0
          OR i.quantity_withdrawn < 0
          OR i.quantity_shipped + i.quantity_withdrawn > i.quantity THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipped_above_owed',
            MESSAGE = 'Fewer pieces than this are left to be shipped.';
    ELSIF i.quantity_returning < 0
          OR i.quantity_came_back < 0
          OR i.quantity_returning + i.quantity_came_back > i.quantity_shipped THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'returned_above_shipped',
            MESSAGE = 'More pieces cannot come back than were shipped.';
    ELSIF i.quantity_refunded + i.quantity_returning > i.quantity THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'pieces_await_their_return',
            MESSAGE = 'These pieces are in an open return; they are refunded when the return is received.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_item_adds_up',
        MESSAGE = 'The line''s total is not the sum of its parts.';
END $$;

GRANT EXECUTE ON FUNCTION sales.keeps_line_rules TO store_api;
