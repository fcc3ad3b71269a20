-- Holds an amount of a disputed payment, instead of what its dispute held before: of each merchant what a refund of the
-- amount would take back and no more than is left, or, for a deposit, as much of it as the wallet has.
-- Callers:   settle_disputes, take_dispute.
-- Locks:     merchants' ledger accounts in id order, or the wallet.
CREATE OR REPLACE FUNCTION payments.freeze_shares(dispute_id uuid, amount bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment  payments.payments;
    v_wallet   uuid;
    v_sales    uuid;
    v_held     uuid[];
    v_holds    bigint[];
    v_accounts uuid[] := '{}';
    v_amounts  bigint[] := '{}';
    v_ids      uuid[];
    v_left     bigint[];
BEGIN
    SELECT coalesce(array_agg(h.account_id ORDER BY h.account_id), '{}'),
           coalesce(array_agg(h.amount ORDER BY h.account_id), '{}') INTO STRICT v_held, v_holds
    FROM payments.dispute_holds AS h WHERE h.dispute_id = freeze_shares.dispute_id;
    SELECT p.* INTO STRICT v_payment
    FROM payments.disputes AS d JOIN payments.payments AS p ON p.id = d.payment_id
    WHERE d.id = freeze_shares.dispute_id;
    IF freeze_shares.amount > 0 AND v_payment.purpose = 'deposit' THEN
        v_wallet := ledger.open_account('wallet', v_payment.captured_currency, owner_id => v_payment.account_id);
        v_accounts := ARRAY[v_wallet];
        v_amounts := ARRAY[least(freeze_shares.amount, ledger.lock_available(v_wallet) + coalesce(v_holds[1], 0))];
    ELSIF freeze_shares.amount > 0 THEN
        -- as in spread_refund and sales.return_shares
        SELECT array_agg(l.id ORDER BY l.id NULLS LAST), array_agg(l.remaining ORDER BY l.id NULLS LAST)
        INTO STRICT v_ids, v_left
        FROM (
            SELECT i.id, i.total - i.amount_refunded AS remaining
            FROM sales.order_items AS i WHERE i.order_id = v_payment.order_id
            UNION ALL
            SELECT NULL, sales.shipping_cost(o) - o.shipping_refunded
            FROM sales.orders AS o WHERE o.id = v_payment.order_id
        ) AS l;
        SELECT coalesce(array_agg(b.account_id ORDER BY b.account_id), '{}'),
               coalesce(array_agg(b.amount ORDER BY b.account_id), '{}') INTO STRICT v_accounts, v_amounts
        FROM (
            SELECT a.account_id, least(a.part, a.remaining - coalesce((
                       SELECT sum(h.amount)
                       FROM payments.dispute_holds AS h
                       JOIN payments.disputes AS d ON d.id = h.dispute_id
                       JOIN payments.payments AS p ON p.id = d.payment_id
                       WHERE p.order_id = v_payment.order_id AND h.account_id = a.account_id
                         AND h.dispute_id <> freeze_shares.dispute_id), 0))::bigint AS amount
            FROM (
                SELECT ledger.open_account('earnings', v_payment.captured_currency, owner_id => l.merchant_id)
                           AS account_id,
                       sum(div(l.earnings::numeric * (i.amount_refunded + s.part), l.total)
                           - div(l.earnings::numeric * i.amount_refunded, l.total)) AS part,
                       sum(l.earnings - div(l.earnings::numeric * i.amount_refunded, l.total)) AS remaining
                FROM unnest(v_ids, ledger.split_amount(freeze_shares.amount, v_left)) AS s (id, part)
                JOIN sales.order_items AS i ON i.id = s.id
                JOIN sales.orders AS o ON o.id = i.order_id AND o.paid_at IS NOT NULL
                JOIN sales.list_line_shares(v_payment.order_id) AS l ON l.order_item_id = i.id
                WHERE l.total > 0
                GROUP BY l.merchant_id
            ) AS a
        ) AS b
        WHERE b.amount > 0;
    END IF;
    IF v_amounts = v_holds AND v_accounts = v_held OR v_amounts = '{0}' AND v_holds = '{}' THEN
        RETURN;
    END IF;

    PERFORM ledger.void_hold(h.transfer_id)
    FROM (SELECT x.transfer_id FROM payments.dispute_holds AS x
          WHERE x.dispute_id = freeze_shares.dispute_id ORDER BY x.account_id) AS h;
    DELETE FROM payments.dispute_holds AS h WHERE h.dispute_id = freeze_shares.dispute_id;
    v_sales := ledger.open_account('sales', v_payment.captured_currency);
    FOR n IN 1 .. cardinality(v_accounts) LOOP
        IF v_amounts[n] > 0 THEN
            INSERT INTO payments.dispute_holds (dispute_id, account_id, amount, transfer_id)
            VALUES (freeze_shares.dispute_id, v_accounts[n], v_amounts[n],
                    ledger.hold_amount(v_accounts[n], v_sales, v_amounts[n], 'dispute',
                                       order_id => v_payment.order_id, payment_id => v_payment.id));
        END IF;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION payments.freeze_shares TO store_api;
