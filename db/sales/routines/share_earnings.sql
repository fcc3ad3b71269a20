-- Books the merchants' shares of a paid order, minus the shop's commission.
-- Callers:   settle_order.
-- Locks:     a part of each merchant's balance, by ledger account id.
CREATE OR REPLACE FUNCTION sales.share_earnings(order_id uuid, currency text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_merchants  uuid[];
    v_earnings   bigint[];
    v_commission bigint;
BEGIN
    SELECT array_agg(s.merchant_id), array_agg(s.earnings), sum(s.commission)::bigint
    INTO STRICT v_merchants, v_earnings, v_commission
    FROM (
        SELECT l.merchant_id, sum(l.earnings)::bigint AS earnings, sum(l.commission) AS commission
        FROM sales.list_line_shares(share_earnings.order_id) AS l GROUP BY l.merchant_id
    ) AS s;
    PERFORM ledger.post_earnings(share_earnings.order_id, share_earnings.currency, v_merchants, v_earnings,
                                 v_commission);
END $$;

GRANT EXECUTE ON FUNCTION sales.share_earnings TO store_api;
