-- Changes what an order brings a merchant: a refund or an open dispute takes from what is pending of this order first.
-- Orders that were available before these rows existed have none.
-- Callers:   hold_amount, void_hold, reverse_refund, sales.return_shares. The order is locked.
-- Locks:     the row. All who change it hold the order.
-- Definer:   no other code may write what orders bring.
CREATE OR REPLACE FUNCTION ledger.change_order_earnings(order_id uuid, account_id uuid, change bigint)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE ledger.order_earnings AS e SET amount = e.amount + change_order_earnings.change
    WHERE e.order_id = change_order_earnings.order_id AND e.account_id = change_order_earnings.account_id;
END;

GRANT EXECUTE ON FUNCTION ledger.change_order_earnings TO store_api;
