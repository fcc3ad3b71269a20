-- What the gateways kept as fees of an order's payments, split over its lines by their totals, exact to the unit: the
-- parts of all lines add up to the fees. (If no line cost anything, they are split by pieces.) Fees of disputes are
-- included. This is information: the shop bears the fees, and no merchant is charged. No rows if no fee was kept.
-- Callers:   api.list_merchant_sales.
-- Definer:   a merchant may not read the payments or other merchants' lines; the caller returns only their own lines.
CREATE OR REPLACE FUNCTION sales.list_fee_shares(order_id uuid)
RETURNS TABLE (order_item_id uuid, currency text, amount bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_fee     record;
    v_items   uuid[];
    v_weights bigint[];
BEGIN
    FOR v_fee IN
        SELECT t.currency::text AS currency,
               sum(CASE WHEN d.kind = 'fees' THEN t.amount ELSE -t.amount END)::bigint AS amount
        FROM payments.payments AS p
        JOIN ledger.transfers AS t ON t.payment_id = p.id AND t.kind LIKE '%fee%'    -- the index transfers_fee
        JOIN ledger.accounts AS d ON d.id = t.debit_account
        JOIN ledger.accounts AS k ON k.id = t.credit_account
        WHERE p.order_id = list_fee_shares.order_id AND 'fees' IN (d.kind, k.kind)
        GROUP BY t.currency ORDER BY t.currency
    LOOP
        IF v_items IS NULL THEN
            SELECT array_agg(i.id ORDER BY i.id), array_agg(CASE WHEN l.total > 0 THEN i.total ELSE i.quantity END
                                                            ORDER BY i.id)
            INTO STRICT v_items, v_weights
            FROM sales.order_items AS i
            CROSS JOIN (SELECT sum(x.total) AS total FROM sales.order_items AS x
                        WHERE x.order_id = list_fee_shares.order_id) AS l
            WHERE i.order_id = list_fee_shares.order_id;
        END IF;
        RETURN QUERY
        SELECT s.id, v_fee.currency, s.amount
        FROM unnest(v_items, ledger.split_amount(v_fee.amount, v_weights)) AS s (id, amount);
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION sales.list_fee_shares TO store_api;
