-- The invariants of shipments and returns, in one snapshot, in the form of audit.check_invariants(). An empty detail
-- means that an invariant holds.
-- Callers:   audit.check_invariants.
-- Definer:   reads everything.
CREATE OR REPLACE FUNCTION fulfilment.check_fulfilment()
RETURNS TABLE (name text, ok boolean, detail text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH lines AS (
        SELECT i.id, i.order_id, o.status, i.quantity, i.quantity_shipped, i.quantity_withdrawn,
               i.quantity_returning, i.quantity_came_back, i.quantity_refunded, i.requires_shipping,
               sales.owed_pieces(o, i) AS owed, coalesce(s.shipped, 0) AS shipped,
               coalesce(s.out, 0) AS out, coalesce(r.announced, 0) AS announced, coalesce(r.received, 0) AS received
        FROM sales.order_items AS i
        JOIN sales.orders AS o ON o.id = i.order_id
        LEFT JOIN (SELECT p.order_item_id,
                          sum(p.quantity) FILTER (
                              WHERE h.status IN ('pending', 'label_created', 'in_transit', 'delivered')
                          ) AS shipped,
                          sum(p.quantity) FILTER (WHERE h.status IN ('in_transit', 'delivered')) AS out
                   FROM fulfilment.shipment_items AS p JOIN fulfilment.shipments AS h ON h.id = p.shipment_id
                   GROUP BY p.order_item_id) AS s ON s.order_item_id = i.id
        LEFT JOIN (SELECT p.order_item_id,
                          sum(p.quantity) FILTER (WHERE b.status IN ('requested', 'approved')) AS announced,
                          sum(p.quantity_received) AS received
                   FROM fulfilment.return_items AS p JOIN fulfilment.returns AS b ON b.id = p.return_id
                   GROUP BY p.order_item_id) AS r ON r.order_item_id = i.id
    ), offenders (name, id) AS (
        SELECT 'no more is shipped than is owed', l.id FROM lines AS l
        WHERE l.quantity_shipped <> l.shipped OR l.shipped + l.quantity_withdrawn > l.quantity

        UNION ALL
        SELECT 'no more comes back than was shipped', l.id FROM lines AS l
        WHERE l.quantity_returning <> l.announced
          OR l.quantity_came_back < l.received
          OR l.announced + l.quantity_came_back > l.out

        UNION ALL
        SELECT 'no piece is refunded and returned as well', l.id
        FROM lines AS l
        WHERE l.quantity_refunded + l.announced > l.quantity

        UNION ALL
        SELECT 'what is shipped was paid', l.id
        FROM lines AS l
        WHERE l.shipped > 0 AND l.status NOT IN ('paid', 'shipped', 'delivered')
        UNION ALL
        SELECT 'what is shipped was paid', o.id
        FROM sales.orders AS o
        WHERE o.status IN ('shipped', 'delivered')
          AND NOT EXISTS (SELECT FROM fulfilment.shipments AS s WHERE s.order_id = o.id AND s.shipped_at IS NOT NULL)
          AND EXISTS (SELECT FROM sales.order_items AS i WHERE i.order_id = o.id AND i.requires_shipping)

        -- What fulfilment.advance_order() puts right for one order.
        UNION ALL
        SELECT 'an order says where its goods are', o.id
        FROM sales.orders AS o
        LEFT JOIN (SELECT l.order_id, sum(l.owed) + sum(l.shipped - l.out) AS here, sum(l.out) AS out
                   FROM lines AS l WHERE l.requires_shipping GROUP BY l.order_id) AS t ON t.order_id = o.id
        WHERE NOT CASE o.fulfilment_status
            WHEN 'not_needed'
                THEN o.status = 'cancelled' OR o.status <> 'pending' AND coalesce(t.here, 0) + coalesce(t.out, 0) = 0
                     OR t.order_id IS NULL
            WHEN 'unfulfilled' THEN t.out = 0 AND (o.status = 'pending' OR o.status <> 'cancelled' AND t.here > 0)
            WHEN 'partly_shipped' THEN t.out > 0 AND t.here > 0 AND o.status IN ('paid', 'shipped')
            WHEN 'shipped' THEN t.out > 0 AND t.here = 0 AND o.status = 'shipped'
            WHEN 'delivered' THEN o.status = 'delivered'
            ELSE t.here = 0 AND o.status <> 'pending' AND o.status <> 'cancelled' END

        UNION ALL
        SELECT 'shipments and returns belong to their order''s account', s.id
        FROM fulfilment.shipments AS s JOIN sales.orders AS o ON o.id = s.order_id WHERE s.account_id <> o.account_id
        UNION ALL
        SELECT 'shipments and returns belong to their order''s account', r.id
        FROM fulfilment.returns AS r JOIN sales.orders AS o ON o.id = r.order_id WHERE r.account_id <> o.account_id

        -- Authorised: the credit is held and a carrier is being asked. Completed: it is posted and the parcel is
        -- booked. Any other status: it is released and nothing is sent.
        UNION ALL
        SELECT 'credit is held while a carrier is asked, and no longer', p.id
        FROM payments.payments AS p
        JOIN ledger.transfers AS h ON h.id = p.hold_id
        LEFT JOIN ledger.transfers AS e ON e.pending_id = p.hold_id
        LEFT JOIN fulfilment.shipments AS s ON s.payment_id = p.id
        WHERE h.phase <> 'pending' OR h.amount <> p.amount
           OR coalesce(e.phase, 'none') <> CASE p.status
                                               WHEN 'authorized' THEN 'none'
                                               WHEN 'completed' THEN 'post'
                                               ELSE 'void' END
           OR s.status IS NULL
           OR CASE p.status WHEN 'authorized' THEN s.status <> 'pending'
                            WHEN 'completed' THEN s.status = 'pending' OR e.amount <> p.amount_applied
                            ELSE s.status NOT IN ('failed', 'cancelled') END
        UNION ALL
        SELECT 'credit is held while a carrier is asked, and no longer', s.id
        FROM fulfilment.shipments AS s LEFT JOIN payments.payments AS p ON p.id = s.payment_id
        WHERE s.payment_id IS NOT NULL AND (p.hold_id IS NULL OR p.order_id <> s.order_id)

        UNION ALL
        SELECT 'a return is refunded, once', r.id
        FROM fulfilment.returns AS r
        LEFT JOIN (SELECT l.return_id, sum(f.amount) FILTER (WHERE f.status <> 'failed' OR f.owed) AS amount,
                          sum(f.amount) AS asked, bool_or(f.order_id <> b.order_id) AS stray
                   FROM fulfilment.return_refunds AS l JOIN payments.refunds AS f ON f.id = l.refund_id
                   JOIN fulfilment.returns AS b ON b.id = l.return_id GROUP BY l.return_id) AS f ON f.return_id = r.id
        WHERE coalesce(f.amount, 0) > r.amount OR coalesce(f.asked, 0) < r.amount OR f.stray
           OR (r.status IN ('received', 'refunded')) <> (r.received_at IS NOT NULL)

        UNION ALL
        SELECT 'every change of a shipment or a return was allowed', c.row_id::uuid
        FROM audit.changes AS c
        WHERE c.table_name = 'fulfilment.shipments' AND c.operation = 'UPDATE' AND c.new ? 'status'
          AND NOT EXISTS (SELECT FROM fulfilment.shipment_transitions AS t
                          WHERE t.from_status = c.old ->> 'status' AND t.to_status = c.new ->> 'status')
        UNION ALL
        SELECT 'every change of a shipment or a return was allowed', c.row_id::uuid
        FROM audit.changes AS c
        WHERE c.table_name = 'fulfilment.returns' AND c.operation = 'UPDATE' AND c.new ? 'status'
          AND NOT EXISTS (SELECT FROM fulfilment.return_transitions AS t
                          WHERE t.from_status = c.old ->> 'status' AND t.to_status = c.new ->> 'status')
    ), counted AS (
        SELECT o.name, count(*) AS n, (array_agg(o.id ORDER BY o.id))[1] AS first FROM offenders AS o GROUP BY o.name
    )
    SELECT n.name, c.n IS NULL,
           CASE WHEN c.n IS NULL THEN '' ELSE format('%s offend, the first is %s', c.n, c.first) END
    FROM unnest(ARRAY[
        'no more is shipped than is owed', 'no more comes back than was shipped',
        'no piece is refunded and returned as well',
        'what is shipped was paid', 'an order says where its goods are',
        'shipments and returns belong to their order''s account',
        'credit is held while a carrier is asked, and no longer', 'a return is refunded, once',
        'every change of a shipment or a return was allowed'
    ]) WITH ORDINALITY AS n (name, position)
    LEFT JOIN counted AS c ON c.name = n.name
    ORDER BY n.position;
$$;

GRANT EXECUTE ON FUNCTION fulfilment.check_fulfilment TO store_api;
