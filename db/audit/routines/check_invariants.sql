-- Every invariant of the books, checked now, in one snapshot. An empty detail is a good one; otherwise how many offend
-- and the first of them.
-- Callers:   api.check_invariants, `storeproc check`, tests, restore drills; a DBA in psql.
-- Definer:   reads everything.
CREATE OR REPLACE FUNCTION audit.check_invariants()
RETURNS TABLE (name text, ok boolean, detail text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH offenders (name, id) AS (
        SELECT 'stock is the sum of its movements', s.product_id
        FROM catalog.stock_levels AS s
        LEFT JOIN (SELECT m.product_id, sum(m.on_hand_delta) AS on_hand, sum(m.reserved_delta) AS reserved
                   FROM catalog.stock_movements AS m GROUP BY m.product_id) AS t ON t.product_id = s.product_id
        WHERE s.on_hand <> coalesce(t.on_hand, 0) OR s.reserved <> coalesce(t.reserved, 0)

        UNION ALL
        SELECT 'reserved stock is what pending orders hold', s.product_id
        FROM catalog.stock_levels AS s
        LEFT JOIN (SELECT p.product_id, sum(p.quantity) AS quantity
                   FROM (SELECT i.product_id, i.quantity
                         FROM sales.order_items AS i
                         JOIN sales.orders AS o ON o.id = i.order_id
                         WHERE o.status = 'pending' AND NOT i.bundle
                         UNION ALL
                         SELECT c.product_id, c.pieces
                         FROM sales.order_item_components AS c
                         JOIN sales.order_items AS i ON i.id = c.order_item_id
                         JOIN sales.orders AS o ON o.id = i.order_id WHERE o.status = 'pending') AS p
                   GROUP BY p.product_id) AS t ON t.product_id = s.product_id
        WHERE s.reserved <> coalesce(t.quantity, 0)

        UNION ALL
        SELECT 'stock is never oversold', s.product_id
        FROM catalog.stock_levels AS s
        WHERE s.reserved > s.on_hand OR s.reserved < 0

        UNION ALL
        SELECT 'an order''s total is the sum of its lines', o.id
        FROM sales.orders AS o
        LEFT JOIN (SELECT i.order_id, sum(i.unit_price * i.quantity) AS subtotal, sum(i.total) AS total,
                          sum(i.tax) AS tax, sum(i.tax) FILTER (WHERE i.tax_included) AS included
                   FROM sales.order_items AS i GROUP BY i.order_id) AS t ON t.order_id = o.id
        WHERE o.subtotal <> coalesce(t.subtotal, 0)
           OR o.total <> coalesce(t.total, 0) + o.shipping + o.shipping_tax - o.shipping_tax_included
           OR o.tax <> coalesce(t.tax, 0) + o.shipping_tax
           OR o.tax_included <> coalesce(t.included, 0) + o.shipping_tax_included

        UNION ALL
        SELECT 'a tax is the sum of its taxes', i.id
        FROM sales.order_items AS i JOIN sales.orders AS o ON o.id = i.order_id
        -- Lines of older orders had one rate and no list; an undecided line has no tax.
        WHERE (o.tax_country IS NOT NULL OR i.taxes <> '[]')
          AND (i.tax <> (SELECT coalesce(sum(t.amount), 0) FROM jsonb_to_recordset(i.taxes) AS t (amount bigint))
               OR EXISTS (SELECT FROM jsonb_to_recordset(i.taxes) AS t (included boolean)
                          WHERE t.included <> i.tax_included)
               OR (i.tax_rate > 0) <> coalesce(i.tax_category = 'S', false))

        UNION ALL
        SELECT 'shipping is taxed in parts that add up', o.id
        FROM sales.orders AS o
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(p.amount), 0) AS amount, coalesce(sum(p.tax), 0) AS tax,
                   coalesce(sum(p.tax) FILTER (WHERE p.tax_included), 0) AS included,
                   coalesce(bool_and(p.amount > 0 AND (p.tax_rate > 0) = coalesce(p.tax_category = 'S', false)
                                     AND p.tax = (SELECT coalesce(sum(t.amount), 0)
                                                  FROM jsonb_to_recordset(p.taxes) AS t (amount bigint))),
                            true) AS sound
            FROM jsonb_to_recordset(o.shipping_parts)
                AS p (amount bigint, tax bigint, tax_rate numeric, tax_included boolean, tax_category text, taxes jsonb)
        ) AS t
        WHERE (o.tax_country IS NOT NULL OR o.shipping_parts <> '[]' OR o.shipping_tax <> 0)
          AND ((t.amount, t.tax, t.included) <> (o.shipping, o.shipping_tax, o.shipping_tax_included) OR NOT t.sound)

        UNION ALL
        SELECT 'a bundle''s price is the sum of its components'' shares', i.id
        FROM sales.order_items AS i
        LEFT JOIN (SELECT c.order_item_id, sum(c.share) AS share, bool_and(c.pieces = c.quantity * l.quantity) AS whole
                   FROM sales.order_item_components AS c JOIN sales.order_items AS l ON l.id = c.order_item_id
                   GROUP BY c.order_item_id) AS t ON t.order_item_id = i.id
        WHERE i.bundle AND (i.unit_price IS DISTINCT FROM t.share OR NOT t.whole)
          OR NOT i.bundle AND t.order_item_id IS NOT NULL

        UNION ALL
        SELECT 'an order''s discount is what its promotions take off', o.id
        FROM sales.orders AS o
        LEFT JOIN (SELECT u.order_id, sum(u.discount) AS discount
                   FROM sales.promotion_uses AS u
                   GROUP BY u.order_id) AS t
            ON t.order_id = o.id
        WHERE o.discount <> coalesce(t.discount, 0)

        UNION ALL
        SELECT 'a promotion is used as often as it says, and may', p.id
        FROM sales.promotions AS p
        LEFT JOIN (SELECT u.promotion_id, count(*) AS uses
                   FROM sales.promotion_uses AS u
                   WHERE u.released_at IS NULL
                   GROUP BY u.promotion_id) AS t
               ON t.promotion_id = p.id
        WHERE p.total_uses IS NOT NULL AND (p.uses <> coalesce(t.uses, 0) OR p.uses > p.total_uses)
        UNION ALL
        SELECT 'a promotion is used as often as it says, and may', u.promotion_id
        FROM sales.promotion_uses AS u JOIN sales.promotions AS p ON p.id = u.promotion_id
        WHERE u.released_at IS NULL
        GROUP BY u.promotion_id, u.account_id, p.uses_per_account HAVING count(*) > p.uses_per_account
        UNION ALL
        SELECT 'a promotion is used as often as it says, and may', u.id
        FROM sales.promotion_uses AS u JOIN sales.orders AS o ON o.id = u.order_id
        WHERE (o.status = 'cancelled') <> (u.released_at IS NOT NULL)

        UNION ALL
        SELECT 'an order''s lines belong to its account', i.id
        FROM sales.order_items AS i JOIN sales.orders AS o ON o.id = i.order_id WHERE i.account_id <> o.account_id

        UNION ALL
        SELECT 'an order line''s price is the version it was sold at', i.id
        FROM sales.order_items AS i JOIN sales.orders AS o ON o.id = i.order_id
        LEFT JOIN catalog.prices AS p
            ON p.product_id = i.product_id AND p.currency = o.currency AND p.version = i.price_version
        WHERE i.unit_price IS DISTINCT FROM p.amount

        UNION ALL
        SELECT 'an order is paid by its payments', o.id
        FROM sales.orders AS o
        LEFT JOIN (SELECT p.order_id, sum(p.amount_applied) AS applied
                   FROM payments.payments AS p
                   GROUP BY p.order_id) AS t
            ON t.order_id = o.id
        WHERE o.amount_paid <> coalesce(t.applied, 0)

        UNION ALL
        SELECT 'a paid order is paid in full', o.id
        FROM sales.orders AS o WHERE o.status IN ('paid', 'shipped', 'delivered') AND o.amount_paid <> o.total

        UNION ALL
        SELECT 'an order''s refunds are its payments'' refunds', o.id
        FROM sales.orders AS o
        LEFT JOIN (SELECT r.order_id, sum(r.from_order) AS refunded
                   FROM payments.refunds AS r
                   WHERE r.status <> 'failed' OR r.owed
                   GROUP BY r.order_id) AS t
               ON t.order_id = o.id
        WHERE o.amount_refunded <> coalesce(t.refunded, 0)

        UNION ALL
        SELECT 'no refund exceeds its payment', p.id
        FROM payments.payments AS p
        LEFT JOIN (SELECT r.payment_id, sum(r.amount) AS refunded
                   FROM payments.refunds AS r
                   WHERE r.status <> 'failed' OR r.owed
                   GROUP BY r.payment_id) AS t
               ON t.payment_id = p.id
        WHERE p.amount_refunded <> coalesce(t.refunded, 0) OR p.amount_refunded > p.amount_captured

        UNION ALL
        SELECT 'money that pays no order is refunded', p.id
        FROM payments.payments AS p
        LEFT JOIN (SELECT r.payment_id, sum(r.amount - r.from_order) AS returned
                   FROM payments.refunds AS r
                   GROUP BY r.payment_id) AS t
               ON t.payment_id = p.id
        WHERE p.amount_captured - p.amount_applied > coalesce(t.returned, 0)

        UNION ALL
        SELECT 'money that pays no order is refunded', p.id
        FROM payments.payments AS p
        JOIN (SELECT r.payment_id, sum(r.amount - r.from_order) AS returned
              FROM payments.refunds AS r
              WHERE r.status <> 'failed' OR r.owed
              GROUP BY r.payment_id) AS t
          ON t.payment_id = p.id
        WHERE t.returned > p.amount_captured - p.amount_applied

        UNION ALL
        SELECT 'money that has gone pays no order', o.id
        FROM sales.orders AS o WHERE o.status = 'pending' AND o.amount_refunded > 0

        UNION ALL
        SELECT 'a cancelled order keeps no money', o.id
        FROM sales.orders AS o
        WHERE o.status = 'cancelled' AND o.amount_paid > o.amount_refunded
          AND NOT EXISTS (SELECT FROM payments.refunds AS r
                          WHERE r.order_id = o.id AND r.status = 'failed' AND NOT payments.was_reversed(r.id))

        UNION ALL
        SELECT 'payments and refunds belong to their order''s account', p.id
        FROM payments.payments AS p JOIN sales.orders AS o ON o.id = p.order_id WHERE p.account_id <> o.account_id
        UNION ALL
        SELECT 'payments and refunds belong to their order''s account', r.id
        FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id
        WHERE r.account_id <> p.account_id OR r.order_id IS DISTINCT FROM p.order_id

        UNION ALL
        SELECT 'every payment is booked, once', p.id
        FROM payments.payments AS p
        LEFT JOIN (SELECT t.payment_id,
                          sum(CASE t.kind WHEN 'unapplied' THEN 0 WHEN 'payment_unapplied' THEN -t.amount
                                          ELSE t.amount END) AS applied,
                          sum(t.amount) FILTER (WHERE t.kind IN ('payment', 'deposit', 'unapplied')) AS captured
                   FROM ledger.transfers AS t
                   WHERE t.kind IN ('payment', 'deposit', 'unapplied', 'payment_unapplied', 'payment_reapplied')
                     AND t.phase IN ('posted', 'post')
                   GROUP BY t.payment_id) AS b ON b.payment_id = p.id
        WHERE p.amount_captured <> coalesce(b.captured, 0) OR p.amount_applied <> coalesce(b.applied, 0)

        UNION ALL
        SELECT 'every finished refund is booked, once', r.id
        FROM payments.refunds AS r
        LEFT JOIN (
            SELECT t.refund_id, sum(CASE WHEN t.kind LIKE '%_reversed' OR t.kind = 'refund_returned' THEN -t.amount
                                            ELSE t.amount END) AS amount
            FROM ledger.transfers AS t
            WHERE t.kind IN ('refund', 'refund_unapplied', 'deposit_refund', 'refund_returned',
                             'refund_reversed', 'refund_unapplied_reversed', 'deposit_refund_reversed')
              AND t.phase IN ('posted', 'post')
            GROUP BY t.refund_id) AS b
               ON b.refund_id = r.id
        WHERE coalesce(b.amount, 0) <> CASE r.status WHEN 'completed' THEN r.amount ELSE 0 END

        UNION ALL
        SELECT 'every change of status was allowed', c.row_id::uuid
        FROM audit.changes AS c
        WHERE c.table_name = 'sales.orders' AND c.operation = 'UPDATE' AND c.new ? 'status'
          AND NOT EXISTS (SELECT FROM sales.order_transitions AS t
                          WHERE t.from_status = c.old ->> 'status' AND t.to_status = c.new ->> 'status')
        UNION ALL
        SELECT 'every change of status was allowed', c.row_id::uuid
        FROM audit.changes AS c
        WHERE c.table_name = 'payments.payments' AND c.operation = 'UPDATE' AND c.new ? 'status'
          AND NOT EXISTS (SELECT FROM payments.payment_transitions AS t
                          WHERE t.from_status = c.old ->> 'status' AND t.to_status = c.new ->> 'status')

        UNION ALL
        SELECT 'a transfer stays in its currency', t.id
        FROM ledger.transfers AS t
        JOIN ledger.accounts AS d ON d.id = t.debit_account
        JOIN ledger.accounts AS c ON c.id = t.credit_account
        WHERE t.currency <> d.currency OR t.currency <> c.currency

        UNION ALL
        SELECT 'a balance is the sum of its transfers', a.id
        FROM ledger.accounts AS a
        LEFT JOIN (SELECT p.account_id, sum(p.balance) AS balance
                   FROM ledger.balance_parts AS p
                   GROUP BY p.account_id) AS p
            ON p.account_id = a.id
        LEFT JOIN (SELECT t.credit_account, sum(t.amount) AS amount FROM ledger.transfers AS t
                   WHERE t.phase IN ('posted', 'post') GROUP BY t.credit_account) AS c ON c.credit_account = a.id
        LEFT JOIN (SELECT t.debit_account, sum(t.amount) AS amount FROM ledger.transfers AS t
                   WHERE t.phase IN ('posted', 'post') GROUP BY t.debit_account) AS d ON d.debit_account = a.id
        WHERE a.owner_id IS NOT NULL
          AND coalesce(a.balance, p.balance, 0) <> coalesce(c.amount, 0) - coalesce(d.amount, 0)

        UNION ALL
        SELECT 'held money is what pending transfers hold', a.id
        FROM ledger.accounts AS a
        LEFT JOIN (SELECT t.debit_account, sum(t.amount) AS amount FROM ledger.transfers AS t
                   WHERE t.phase = 'pending'
                     AND NOT EXISTS (SELECT FROM ledger.transfers AS e WHERE e.pending_id = t.id)
                   GROUP BY t.debit_account) AS h ON h.debit_account = a.id
        WHERE a.held <> coalesce(h.amount, 0)

        UNION ALL
        SELECT 'a pending transfer is ended by no more than it held', e.id
        FROM ledger.transfers AS e LEFT JOIN ledger.transfers AS t ON t.id = e.pending_id AND t.phase = 'pending'
        WHERE e.pending_id IS NOT NULL
          AND (t.id IS NULL
               OR e.amount > t.amount
               OR e.debit_account <> t.debit_account
               OR e.credit_account <> t.credit_account)

        UNION ALL
        SELECT 'an order''s refunds are its lines'' refunds', o.id
        FROM sales.orders AS o
        LEFT JOIN (SELECT i.order_id, sum(i.amount_refunded) AS refunded
                   FROM sales.order_items AS i
                   GROUP BY i.order_id) AS t
            ON t.order_id = o.id
        WHERE o.amount_refunded <> coalesce(t.refunded, 0) + o.shipping_refunded
        UNION ALL
        SELECT 'an order''s refunds are its lines'' refunds', i.id
        FROM sales.orders AS o
        JOIN sales.order_items AS i ON i.order_id = o.id
        LEFT JOIN (SELECT r.order_item_id, sum(r.amount) AS amount,
                          sum(r.quantity) FILTER (WHERE r.product_id IS NULL) AS quantity
                   FROM payments.refund_items AS r JOIN payments.refunds AS f ON f.id = r.refund_id
                   WHERE f.status <> 'failed' OR f.owed GROUP BY r.order_item_id) AS t ON t.order_item_id = i.id
        -- refunds of older orders were spread over their lines without a record of each
        WHERE o.commission_basis_points IS NOT NULL
          AND (i.amount_refunded <> coalesce(t.amount, 0) OR i.quantity_refunded <> coalesce(t.quantity, 0))

        UNION ALL
        SELECT 'an order''s refunds are its lines'' refunds', c.order_item_id
        FROM sales.order_item_components AS c
        LEFT JOIN (SELECT r.order_item_id, r.product_id, sum(r.quantity) AS quantity
                   FROM payments.refund_items AS r JOIN payments.refunds AS f ON f.id = r.refund_id
                   WHERE f.status <> 'failed' OR f.owed GROUP BY r.order_item_id, r.product_id) AS t
               ON t.order_item_id = c.order_item_id AND t.product_id = c.product_id
        WHERE c.pieces_refunded <> coalesce(t.quantity, 0)

        UNION ALL
        SELECT 'a refund is the sum of its lines', r.id
        FROM payments.refunds AS r JOIN sales.orders AS o ON o.id = r.order_id AND o.commission_basis_points IS NOT NULL
        LEFT JOIN (SELECT i.refund_id, sum(i.amount) AS amount
                   FROM payments.refund_items AS i
                   GROUP BY i.refund_id) AS t
            ON t.refund_id = r.id
        WHERE r.from_order <> coalesce(t.amount, 0)

        UNION ALL
        SELECT 'a paid order''s merchants have their shares, less what was refunded', coalesce(x.order_id, b.order_id)
        FROM (SELECT s.order_id, s.owner_id,
                     sum(s.share - div(s.share::numeric * coalesce(s.refunded, 0), greatest(s.total, 1))) AS amount
              FROM (SELECT i.order_id, i.merchant_id AS owner_id, i.total, t.refunded,
                           i.total - i.tax - sales.commission_of(i.total - i.tax, o.commission_basis_points) AS share
                    FROM sales.orders AS o JOIN sales.order_items AS i ON i.order_id = o.id
                    LEFT JOIN (SELECT r.order_item_id, sum(r.amount) AS refunded
                               FROM payments.refund_items AS r JOIN payments.refunds AS f ON f.id = r.refund_id
                               WHERE f.status = 'completed' OR f.owed
                               GROUP BY r.order_item_id) AS t ON t.order_item_id = i.id
                    WHERE o.paid_at IS NOT NULL AND o.commission_basis_points IS NOT NULL
                    UNION ALL
                    SELECT i.order_id, NULL, i.total, t.refunded,
                           sales.commission_of(i.total - i.tax, o.commission_basis_points)
                    FROM sales.orders AS o JOIN sales.order_items AS i ON i.order_id = o.id
                    LEFT JOIN (SELECT r.order_item_id, sum(r.amount) AS refunded
                               FROM payments.refund_items AS r JOIN payments.refunds AS f ON f.id = r.refund_id
                               WHERE f.status = 'completed' OR f.owed
                               GROUP BY r.order_item_id) AS t ON t.order_item_id = i.id
                    WHERE o.paid_at IS NOT NULL AND o.commission_basis_points IS NOT NULL) AS s
              GROUP BY s.order_id, s.owner_id) AS x
        FULL JOIN (SELECT t.order_id, a.owner_id, sum(t.amount) AS amount
                   FROM (SELECT c.order_id, c.credit_account AS account_id, c.amount FROM ledger.transfers AS c
                         WHERE c.kind IN ('earnings', 'commission', 'earnings_returned_reversed',
                                          'commission_returned_reversed')
                         UNION ALL
                         SELECT d.order_id, d.debit_account, -d.amount FROM ledger.transfers AS d
                         WHERE d.kind IN ('earnings_returned', 'commission_returned')) AS t
                   JOIN ledger.accounts AS a ON a.id = t.account_id
                   GROUP BY t.order_id, a.owner_id) AS b
               ON b.order_id = x.order_id AND b.owner_id IS NOT DISTINCT FROM x.owner_id
        WHERE coalesce(x.amount, 0) <> coalesce(b.amount, 0)

        UNION ALL
        SELECT 'credit that was given or taken is booked, once', c.id
        FROM ledger.credit_changes AS c
        LEFT JOIN ledger.transfers AS t ON t.id = c.transfer_id
        LEFT JOIN ledger.accounts AS a ON a.id = CASE c.kind WHEN 'grant' THEN t.credit_account ELSE t.debit_account END
        WHERE c.status = 'completed' AND c.kind IN ('grant', 'deduction')
          AND (t.amount IS DISTINCT FROM c.amount OR a.owner_id IS DISTINCT FROM c.account_id OR a.kind <> 'credit')
        UNION ALL
        SELECT 'credit that was given or taken is booked, once', c.id
        FROM (SELECT g.id, g.transfer_id FROM ledger.credit_changes AS g
              UNION ALL SELECT g.id, g.issued_transfer FROM ledger.gift_cards AS g
              UNION ALL SELECT g.id, g.redeemed_transfer FROM ledger.gift_cards AS g) AS c
        WHERE c.transfer_id IS NOT NULL
        GROUP BY c.id, c.transfer_id HAVING count(*) > 1

        UNION ALL
        SELECT 'a gift card brings what it cost, once', g.id
        FROM ledger.gift_cards AS g
        LEFT JOIN ledger.transfers AS i ON i.id = g.issued_transfer
        LEFT JOIN ledger.transfers AS r ON r.id = g.redeemed_transfer
        LEFT JOIN ledger.accounts AS a ON a.id = r.credit_account
        WHERE g.issued_transfer IS NOT NULL AND i.amount IS DISTINCT FROM g.amount
           OR g.redeemed_by IS NOT NULL
           AND (r.amount IS DISTINCT FROM g.amount OR a.owner_id IS DISTINCT FROM g.redeemed_by)

        UNION ALL
        SELECT 'a payout is held until it is settled', p.id
        FROM payments.payouts AS p
        JOIN ledger.transfers AS h ON h.id = p.hold_id
        LEFT JOIN ledger.transfers AS e ON e.pending_id = h.id
        WHERE h.amount <> p.amount
           OR coalesce(e.phase, 'none') <> CASE p.status
                                               WHEN 'pending' THEN 'none'
                                               WHEN 'completed' THEN 'post'
                                               ELSE 'void' END
           OR p.status = 'completed' AND e.amount <> p.amount

        UNION ALL
        -- The balance that was available, as every movement of it left it: a sale counts from the day on which it
        -- became available, and so do its refunds and disputes before that day. Payouts without a bank account are
        -- older than this rule.
        SELECT 'nothing was paid out that was not available', r.payout_id
        FROM (
            SELECT m.payout_id,
                   sum(m.change) OVER (PARTITION BY m.account_id ORDER BY m.at, m.change < 0, m.id
                                       ROWS UNBOUNDED PRECEDING) AS available
            FROM (
                SELECT t.id, a.id AS account_id, p.id AS payout_id, t.change,
                       greatest(uuid_extract_timestamp(t.id), e.available_from) AS at
                FROM ledger.accounts AS a
                CROSS JOIN LATERAL (
                    SELECT c.id, c.order_id, c.amount AS change
                    FROM ledger.transfers AS c WHERE c.credit_account = a.id AND c.phase IN ('posted', 'post')
                    UNION ALL
                    SELECT d.id, d.order_id, CASE d.phase WHEN 'post' THEN h.amount - d.amount
                                                          WHEN 'void' THEN d.amount
                                                          ELSE -d.amount END
                    FROM ledger.transfers AS d LEFT JOIN ledger.transfers AS h ON h.id = d.pending_id
                    WHERE d.debit_account = a.id
                ) AS t
                LEFT JOIN ledger.order_earnings AS e ON e.order_id = t.order_id AND e.account_id = a.id
                LEFT JOIN payments.payouts AS p
                    ON p.hold_id = t.id AND p.source = 'earnings' AND p.bank_account_id IS NOT NULL
                WHERE a.kind = 'earnings'
                  AND a.owner_id IN (SELECT q.account_id FROM payments.payouts AS q
                                     WHERE q.source = 'earnings' AND q.bank_account_id IS NOT NULL)
            ) AS m
        ) AS r
        WHERE r.payout_id IS NOT NULL AND r.available < 0

        UNION ALL
        SELECT 'what orders bring is pending until they are delivered', e.order_id
        FROM ledger.order_earnings AS e
        LEFT JOIN sales.orders AS o ON o.id = e.order_id
        LEFT JOIN (
            SELECT t.order_id, t.account_id, sum(t.amount) AS amount
            FROM (SELECT c.order_id, c.credit_account AS account_id, c.amount FROM ledger.transfers AS c
                  WHERE c.kind IN ('earnings', 'earnings_returned_reversed')
                  UNION ALL
                  SELECT d.order_id, d.debit_account, -d.amount FROM ledger.transfers AS d
                  WHERE d.kind = 'earnings_returned'
                     OR d.kind = 'dispute' AND d.phase = 'pending'
                        AND NOT EXISTS (SELECT FROM ledger.transfers AS v WHERE v.pending_id = d.id)) AS t
            GROUP BY t.order_id, t.account_id
        ) AS b ON b.order_id = e.order_id AND b.account_id = e.account_id
        WHERE o.id IS NULL OR e.amount <> coalesce(b.amount, 0)
           OR (o.status = 'delivered') <> (e.available_from < 'infinity')

        UNION ALL
        SELECT 'what a closed dispute held is free', h.dispute_id
        FROM payments.dispute_holds AS h JOIN payments.disputes AS d ON d.id = h.dispute_id
        WHERE d.settled_at IS NOT NULL
           OR EXISTS (SELECT FROM ledger.transfers AS e WHERE e.pending_id = h.transfer_id)

        UNION ALL
        SELECT 'disputes hold no more than is left of their payment', p.id
        FROM payments.payments AS p
        JOIN payments.disputes AS d ON d.payment_id = p.id
        JOIN payments.dispute_holds AS h ON h.dispute_id = d.id
        GROUP BY p.id HAVING sum(h.amount) > p.amount_captured - p.amount_refunded

        UNION ALL
        SELECT 'a dispute takes what the gateway took', d.id
        FROM payments.disputes AS d
        JOIN payments.payments AS p ON p.id = d.payment_id AND p.status = 'completed'
        LEFT JOIN payments.refunds AS r ON r.id = d.refund_id AND r.status = 'completed'
        WHERE d.loss + coalesce(r.amount, 0)
              <> CASE WHEN payments.dispute_takes(d.status) THEN payments.withdrawn_by_dispute(d.id) ELSE 0 END

        UNION ALL
        SELECT 'what is referred to is there', x.id
        FROM (SELECT o.id, EXISTS (SELECT FROM catalog.currencies AS c WHERE c.code = o.currency) AS found
              FROM sales.orders AS o
              UNION ALL
              SELECT i.id, p.id IS NOT NULL AND o.id IS NOT NULL FROM sales.order_items AS i
              LEFT JOIN catalog.products AS p ON p.id = i.product_id LEFT JOIN sales.orders AS o ON o.id = i.order_id
              UNION ALL
              SELECT m.id, p.id IS NOT NULL
              FROM catalog.stock_movements AS m
              LEFT JOIN catalog.products AS p ON p.id = m.product_id
              UNION ALL
              SELECT y.id, EXISTS (SELECT FROM payments.providers AS p WHERE p.name = y.provider)
              FROM payments.payments AS y
              UNION ALL
              SELECT t.id, d.id IS NOT NULL AND c.id IS NOT NULL FROM ledger.transfers AS t
              LEFT JOIN ledger.accounts AS d ON d.id = t.debit_account
              LEFT JOIN ledger.accounts AS c ON c.id = t.credit_account) AS x
        WHERE NOT x.found

        UNION ALL
        SELECT 'the gateways'' books agree with ours, or it is explained why not', d.id
        FROM payments.reconciliation_differences AS d WHERE d.explained_at IS NULL

        UNION ALL
        SELECT 'a payment''s fee is booked', p.id
        FROM payments.payments AS p
        CROSS JOIN LATERAL (
            SELECT sum(CASE a.kind WHEN 'fees' THEN t.amount ELSE -t.amount END) AS fee
            FROM ledger.transfers AS t JOIN ledger.accounts AS a ON a.id = t.debit_account
            WHERE t.payment_id = p.id AND t.kind LIKE '%fee%'
        ) AS t
        WHERE p.fee_currency IS NOT NULL AND p.fee > coalesce(t.fee, 0)

        UNION ALL
        SELECT 'what gateways keep and pay out beside payments is booked, once', a.id
        FROM ledger.accounts AS a
        LEFT JOIN (
            SELECT m.provider, m.currency, sum(m.amount - m.fee) AS amount
            FROM payments.gateway_movements AS m WHERE m.booked GROUP BY m.provider, m.currency
        ) AS m ON m.provider = a.provider AND m.currency = a.currency
        LEFT JOIN (
            SELECT x.account_id, sum(x.amount) AS amount
            FROM (SELECT t.debit_account AS account_id, t.amount FROM ledger.transfers AS t
                  WHERE t.kind IN ('gateway_payout_returned', 'gateway_fee_returned')
                  UNION ALL
                  SELECT t.credit_account, -t.amount FROM ledger.transfers AS t
                  WHERE t.kind IN ('gateway_payout', 'gateway_fee')) AS x
            GROUP BY x.account_id
        ) AS t ON t.account_id = a.id
        WHERE a.kind = 'clearing' AND coalesce(m.amount, 0) <> coalesce(t.amount, 0)

        UNION ALL
        SELECT 'what gateways exchange is booked in both currencies, once', a.id
        FROM ledger.accounts AS a
        LEFT JOIN (
            SELECT m.provider, l.currency, sum(l.amount) AS amount
            FROM payments.gateway_movements AS m
            CROSS JOIN LATERAL (VALUES (m.currency, -m.amount), (m.settled_currency, m.settled_amount))
                AS l (currency, amount)
            WHERE m.exchanged GROUP BY m.provider, l.currency
        ) AS m ON m.provider = a.provider AND m.currency = a.currency
        LEFT JOIN (
            SELECT x.account_id, sum(x.amount) AS amount
            FROM (SELECT t.debit_account AS account_id, t.amount FROM ledger.transfers AS t
                  WHERE t.kind IN ('capture_exchanged', 'refund_exchanged', 'dispute_exchanged')
                  UNION ALL
                  SELECT t.credit_account, -t.amount FROM ledger.transfers AS t
                  WHERE t.kind IN ('capture_exchanged', 'refund_exchanged', 'dispute_exchanged')) AS x
            GROUP BY x.account_id
        ) AS t ON t.account_id = a.id
        WHERE a.kind = 'clearing' AND coalesce(m.amount, 0) <> coalesce(t.amount, 0)
    ), counted AS (
        SELECT o.name, count(*) AS n, (array_agg(o.id ORDER BY o.id))[1] AS first FROM offenders AS o GROUP BY o.name
    )
    (SELECT n.name, c.n IS NULL,
            CASE WHEN c.n IS NULL THEN '' ELSE format('%s offend, the first is %s', c.n, c.first) END
    FROM unnest(ARRAY[
        'stock is the sum of its movements', 'reserved stock is what pending orders hold', 'stock is never oversold',
        'an order''s total is the sum of its lines', 'a tax is the sum of its taxes',
        'shipping is taxed in parts that add up', 'a bundle''s price is the sum of its components'' shares',
        'an order''s discount is what its promotions take off', 'a promotion is used as often as it says, and may',
        'an order''s lines belong to its account',
        'an order line''s price is the version it was sold at', 'an order is paid by its payments',
        'a paid order is paid in full',
        'an order''s refunds are its payments'' refunds', 'no refund exceeds its payment',
        'money that pays no order is refunded', 'money that has gone pays no order',
        'a cancelled order keeps no money', 'payments and refunds belong to their order''s account',
        'every payment is booked, once',
        'every finished refund is booked, once', 'every change of status was allowed',
        'a transfer stays in its currency',
        'a balance is the sum of its transfers', 'held money is what pending transfers hold',
        'a pending transfer is ended by no more than it held', 'an order''s refunds are its lines'' refunds',
        'a refund is the sum of its lines',
        'a paid order''s merchants have their shares, less what was refunded',
        'credit that was given or taken is booked, once',
        'a gift card brings what it cost, once', 'a payout is held until it is settled',
        'nothing was paid out that was not available', 'what orders bring is pending until they are delivered',
        'what a closed dispute held is free', 'disputes hold no more than is left of their payment',
        'a dispute takes what the gateway took',
        'what is referred to is there',
        'the gateways'' books agree with ours, or it is explained why not',
        'a payment''s fee is booked',
        'what gateways keep and pay out beside payments is booked, once',
        'what gateways exchange is booked in both currencies, once'
    ]) WITH ORDINALITY AS n (name, position)
    LEFT JOIN counted AS c ON c.name = n.name
    ORDER BY n.position)
    UNION ALL
    SELECT i.name, i.ok, i.detail FROM billing.check_invoices() AS i
    UNION ALL
    SELECT f.name, f.ok, f.detail FROM fulfilment.check_fulfilment() AS f;
$$;

GRANT EXECUTE ON FUNCTION audit.check_invariants TO store_api;
