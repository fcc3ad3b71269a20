-- Sets quantities in a pending order that is locked: stock by the difference, pinned prices for lines that are there, today's for new
-- ones, 0 removes; the total over all lines; cancels an order that is left empty. Open payments are closed: they would pay the old total.
-- Called by: modify_order, delete_product_in_order.
-- Errors:    order_empty, order_too_long 422, order_partly_paid 409, and those of place_order.
-- Locks:     stock rows in product order, then the order's payments.
CREATE OR REPLACE FUNCTION sales.change_lines(order_id uuid, product_ids uuid[], quantities bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order   sales.orders;
    v_change  record;
    v_product record;
    v_set     boolean := false;
    v_removed boolean := false;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = change_lines.order_id;
    IF change_lines.product_ids = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'order_empty', MESSAGE = 'Say which lines to change.';
    END IF;
    PERFORM sales.require_few_lines(cardinality(change_lines.product_ids));

    IF NOT EXISTS (
        SELECT FROM sales.order_items AS i
        LEFT JOIN (SELECT c.product_id, sum(c.quantity) AS quantity
                   FROM unnest(change_lines.product_ids, change_lines.quantities) AS c (product_id, quantity) GROUP BY c.product_id) AS w
               ON w.product_id = i.product_id
        WHERE i.order_id = v_order.id AND w.quantity IS DISTINCT FROM 0
        UNION ALL
        SELECT FROM unnest(change_lines.quantities) AS q (quantity) WHERE q.quantity > 0
    ) THEN
        -- Nothing is left: the lines stay, to show what was cancelled.
        PERFORM sales.cancel_order(v_order.id, 'customer');
        RETURN;
    END IF;

    FOR v_change IN
        SELECT c.product_id, sum(c.quantity)::bigint AS wanted, coalesce(max(i.quantity), 0)::bigint AS present
        FROM unnest(change_lines.product_ids, change_lines.quantities) AS c (product_id, quantity)
        LEFT JOIN sales.order_items AS i ON i.order_id = v_order.id AND i.product_id = c.product_id
        GROUP BY c.product_id ORDER BY c.product_id
    LOOP
        IF v_change.wanted > 10000 THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'quantity_out_of_range', MESSAGE = 'A line holds between 1 and 10,000 pieces.';
        END IF;
        CONTINUE WHEN v_change.wanted = v_change.present;
        IF v_change.wanted > v_change.present THEN
            PERFORM catalog.reserve_stock(v_change.product_id, v_change.wanted - v_change.present, v_order.id);
        ELSIF v_change.wanted < v_change.present THEN
            PERFORM catalog.release_stock(v_change.product_id, v_change.present - v_change.wanted, v_order.id);
        END IF;

        IF v_change.wanted = 0 THEN
            DELETE FROM sales.order_items AS i WHERE i.order_id = v_order.id AND i.product_id = v_change.product_id;
            PERFORM messaging.record_event('order.item_removed', v_order.id, v_order.account_id,
                jsonb_build_object('product_id', v_change.product_id, 'quantity', v_change.present));
            v_removed := true;
            CONTINUE;
        END IF;
        v_set := true;
        IF v_change.present > 0 THEN
            UPDATE sales.order_items AS i SET quantity = v_change.wanted, total = i.unit_price * v_change.wanted - i.discount + i.tax
            WHERE i.order_id = v_order.id AND i.product_id = v_change.product_id;
        ELSE
            v_product := catalog.find_offer(v_change.product_id, v_order.currency);
            INSERT INTO sales.order_items (order_id, account_id, merchant_id, product_id, sku, name, quantity, unit_price, price_version, total)
            VALUES (v_order.id, v_order.account_id, v_product.merchant_id, v_change.product_id, v_product.sku, v_product.name,
                    v_change.wanted, v_product.amount, v_product.version, v_product.amount * v_change.wanted);
        END IF;
    END LOOP;
    IF NOT v_set AND NOT v_removed THEN
        RETURN;    -- as it was: an open payment may go on
    END IF;
    PERFORM sales.require_few_lines(count(*)) FROM sales.order_items AS i WHERE i.order_id = v_order.id;

    PERFORM sales.recompute_total(v_order.id);
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = change_lines.order_id;
    IF v_set THEN
        PERFORM messaging.record_event('order.modified', v_order.id, v_order.account_id,
            jsonb_build_object('total', v_order.total, 'currency', v_order.currency));
    END IF;
    PERFORM payments.cancel_open_payments(v_order.id);

    IF v_order.amount_paid > v_order.total THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_partly_paid',
            MESSAGE = 'More has been paid already than the order would cost.', HINT = 'Cancel the order to have the money back, or change it less.',
            DETAIL = json_build_object('amount_paid', v_order.amount_paid, 'total', v_order.total)::text;
    ELSIF v_order.amount_paid = v_order.total THEN
        PERFORM sales.settle_order(v_order.id);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.change_lines TO store_api;
