-- transactional: false
-- depends: 0038.order_statuses
-- Lists of orders by where their goods and their money are.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_fulfilment ON sales.orders (fulfilment_status, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_unpaid ON sales.orders (id DESC)
    WHERE paid_at IS NULL AND amount_paid = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_partly_paid ON sales.orders (id DESC)
    WHERE paid_at IS NULL AND amount_paid > 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_refunded ON sales.orders (id DESC) WHERE amount_refunded > 0;
-- Few at a time: money that is promised and not there yet. `processing` is a status that payments are about to have.
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_in_flight ON payments.payments (order_id)
    WHERE status IN ('processing', 'authorized');

-- The orders that are not delivered, and those that came back. In batches that commit; can be repeated.
DO $$
DECLARE
    v_from uuid := '00000000-0000-0000-0000-000000000000';
    v_ids  uuid[];
BEGIN
    LOOP
        v_ids := ARRAY(
            SELECT o.id FROM sales.orders AS o
            WHERE o.fulfilment_status = 'delivered' AND o.id > v_from
              AND (o.status <> 'delivered'
                   OR EXISTS (SELECT FROM fulfilment.returns AS r
                              WHERE r.order_id = o.id AND r.received_at IS NOT NULL))
            ORDER BY o.id LIMIT 1000 FOR NO KEY UPDATE);
        EXIT WHEN v_ids = '{}';
        UPDATE sales.orders AS o SET fulfilment_status = fulfilment.fulfilment_status_of(o) WHERE o.id = ANY (v_ids);
        v_from := v_ids[cardinality(v_ids)];
        COMMIT;
    END LOOP;
END $$;
