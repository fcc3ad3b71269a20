-- An order has been delivered: what it brings its merchants can be paid out when the return window and the shop's
-- payout delay are over, as they are set now. Done once.
-- Callers:   fulfilment.advance_order, api.deliver_order. The order is locked.
-- Locks:     the rows. All who change them hold the order.
-- Definer:   no other code may write what orders bring.
CREATE OR REPLACE FUNCTION ledger.release_earnings(order_id uuid)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE ledger.order_earnings AS e SET available_from = now() + s.return_window + s.payout_delay
    FROM sales.settings AS s
    WHERE e.order_id = release_earnings.order_id AND e.available_from = 'infinity';
END;

GRANT EXECUTE ON FUNCTION ledger.release_earnings TO store_api;
