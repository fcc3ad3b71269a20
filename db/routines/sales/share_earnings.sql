-- Books what a paid order brings its merchants, less the shop's commission.
-- Called by: settle_order.
-- Locks:     a part of each merchant's balance, by ledger account id.
CREATE OR REPLACE FUNCTION sales.share_earnings(order_id uuid, currency text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_sales      CONSTANT uuid := ledger.open_account('sales', share_earnings.currency);
    v_share      record;
    v_commission bigint := 0;
BEGIN
    FOR v_share IN SELECT s.account_id, s.earnings, s.commission FROM sales.list_shares(share_earnings.order_id) AS s ORDER BY s.account_id LOOP
        IF v_share.earnings > 0 THEN
            PERFORM ledger.post_transfer(v_sales, v_share.account_id, v_share.earnings, 'earnings', order_id => share_earnings.order_id);
        END IF;
        v_commission := v_commission + v_share.commission;
    END LOOP;
    IF v_commission > 0 THEN
        PERFORM ledger.post_transfer(v_sales, ledger.open_account('commission', share_earnings.currency), v_commission, 'commission',
            order_id => share_earnings.order_id);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.share_earnings TO store_api;
