-- Takes back the merchant's and the shop's shares of each refunded line. Each amount is the difference of two running
-- shares, so a line that has been refunded completely, in any number of steps, has returned exactly what was booked for
-- it.
-- Callers:   payments.mark_refund_completed, before the refund counts as completed.
-- Locks:     a part of each merchant's balance, by ledger account id; the caller holds the order.
CREATE OR REPLACE FUNCTION sales.return_shares(refund_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order      sales.orders;
    v_sales      uuid;
    v_back       record;
    v_commission bigint := 0;
BEGIN
    SELECT o.* INTO STRICT v_order
    FROM sales.orders AS o JOIN payments.refunds AS r ON r.order_id = o.id WHERE r.id = return_shares.refund_id;
    IF v_order.paid_at IS NULL OR v_order.commission_basis_points IS NULL THEN
        RETURN;    -- no shares were booked
    END IF;
    v_sales := ledger.open_account('sales', v_order.currency);
    FOR v_back IN
        SELECT ledger.open_account('earnings', v_order.currency, owner_id => b.merchant_id) AS account_id,
               b.earnings, b.commission
        FROM (
            SELECT l.merchant_id,
                   sum(div(l.earnings::numeric * (d.before + r.amount), l.total)
                       - div(l.earnings::numeric * d.before, l.total))::bigint AS earnings,
                   sum(div(l.commission::numeric * (d.before + r.amount), l.total)
                       - div(l.commission::numeric * d.before, l.total))::bigint AS commission
            FROM (SELECT x.order_item_id, sum(x.amount)::bigint AS amount FROM payments.refund_items AS x
                  WHERE x.refund_id = return_shares.refund_id AND x.order_item_id IS NOT NULL
                  GROUP BY x.order_item_id) AS r
            JOIN sales.list_line_shares(v_order.id) AS l ON l.order_item_id = r.order_item_id
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(p.amount), 0)::bigint AS before
                FROM payments.refund_items AS p JOIN payments.refunds AS f ON f.id = p.refund_id
                WHERE p.order_item_id = r.order_item_id
                  AND (f.status = 'completed' OR f.owed)
                  AND f.id <> return_shares.refund_id
            ) AS d
            WHERE l.total > 0
            GROUP BY l.merchant_id
        ) AS b
        ORDER BY account_id
    LOOP
        IF v_back.earnings > 0 THEN
            PERFORM ledger.post_transfer(v_back.account_id, v_sales, v_back.earnings, 'earnings_returned',
                order_id => v_order.id, refund_id => return_shares.refund_id);
            PERFORM ledger.change_order_earnings(v_order.id, v_back.account_id, -v_back.earnings);
        END IF;
        v_commission := v_commission + v_back.commission;
    END LOOP;
    IF v_commission > 0 THEN
        PERFORM ledger.post_transfer(ledger.open_account('commission', v_order.currency), v_sales, v_commission,
                                     'commission_returned', order_id => v_order.id,
                                     refund_id => return_shares.refund_id);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.return_shares TO store_api;
