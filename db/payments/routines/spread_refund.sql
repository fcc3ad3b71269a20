-- Spreads the part of a refund that belongs to its order over the lines and the shipping, in proportion to what is left
-- of each, exact to the unit.
-- Callers:   record_refund.
-- Locks:     none. The caller holds the order.
CREATE OR REPLACE FUNCTION payments.spread_refund(refund_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund payments.refunds;
    v_ids    uuid[];
    v_left   bigint[];
BEGIN
    SELECT * INTO STRICT v_refund FROM payments.refunds AS r WHERE r.id = spread_refund.refund_id;
    SELECT array_agg(l.id ORDER BY l.id NULLS LAST),
           array_agg(l.remaining ORDER BY l.id NULLS LAST) INTO STRICT v_ids, v_left
    FROM (
        SELECT i.id, i.total - i.amount_refunded AS remaining
        FROM sales.order_items AS i
        WHERE i.order_id = v_refund.order_id
        UNION ALL
        SELECT NULL, sales.shipping_cost(o) - o.shipping_refunded FROM sales.orders AS o WHERE o.id = v_refund.order_id
    ) AS l;
    INSERT INTO payments.refund_items (refund_id, order_item_id, account_id, amount)
    SELECT v_refund.id, s.id, v_refund.account_id, s.part
    FROM unnest(v_ids, ledger.split_amount(v_refund.from_order, v_left)) AS s (id, part)
    WHERE s.part > 0;
END $$;

GRANT EXECUTE ON FUNCTION payments.spread_refund TO store_api;
