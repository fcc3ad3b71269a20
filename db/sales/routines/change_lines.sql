-- Sets quantities in a pending order that is locked: stock changes by the difference, existing lines keep their pinned
-- price, new lines get today's, 0 removes a line. Discount, tax and total are computed again over all lines; an order
-- that is left empty is cancelled. Open payments are cancelled, since they would pay the old total. Existing bundle
-- lines keep their components.
-- Callers:   modify_order, delete_product_in_order.
-- Locks:     the lock of the account's unpaid orders, those of require_for_sale, stock rows in product order, then the
--            order's payments.
-- Errors:    order_empty, order_too_long 422, order_partly_paid, too_many_units_on_hold 409, and those of place_order.
CREATE OR REPLACE FUNCTION sales.change_lines(order_id uuid, product_ids uuid[], quantities bigint[], bundles boolean[])
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order   sales.orders;
    v_change  record;
    v_product record;
    v_more    bigint := 0;
    v_set     boolean := false;
    v_removed uuid[] := '{}';
    v_pieces  bigint[] := '{}';    -- of the removed lines
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = change_lines.order_id;
    IF change_lines.product_ids = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'order_empty',
            MESSAGE = 'Send at least one line to change.';
    END IF;
    PERFORM sales.require_few_lines(cardinality(change_lines.product_ids));
    -- A product id that belongs to a bundle, or the reverse, is refused: a bundle has no stock of its own.
    PERFORM catalog.refuse_product(c.product_id, c.bundle)
    FROM unnest(change_lines.product_ids, change_lines.bundles) AS c (product_id, bundle)
    JOIN sales.order_items AS i ON i.order_id = v_order.id AND i.product_id = c.product_id AND i.bundle <> c.bundle;

    PERFORM catalog.require_variant(p.id) FROM catalog.products AS p
    WHERE p.id = ANY (change_lines.product_ids) AND p.kind = 'parent' AND p.deleted_at IS NULL;

    IF NOT EXISTS (
        SELECT FROM sales.order_items AS i
        LEFT JOIN (SELECT c.product_id, sum(c.quantity) AS quantity
                   FROM unnest(change_lines.product_ids, change_lines.quantities) AS c (product_id, quantity)
                   GROUP BY c.product_id) AS w
               ON w.product_id = i.product_id
        WHERE i.order_id = v_order.id AND w.quantity IS DISTINCT FROM 0
        UNION ALL
        SELECT FROM unnest(change_lines.quantities) AS q (quantity) WHERE q.quantity > 0
    ) THEN
        -- No line is left. The lines are kept, to show what was cancelled.
        PERFORM sales.cancel_order(v_order.id, 'customer');
        RETURN;
    END IF;

    PERFORM sales.lock_unpaid_orders(v_order.account_id);
    -- A line may shrink even if its merchant is suspended.
    PERFORM catalog.require_for_sale(array_agg(w.product_id))
    FROM (SELECT c.product_id FROM unnest(change_lines.product_ids, change_lines.quantities) AS c (product_id, quantity)
          LEFT JOIN sales.order_items AS i ON i.order_id = v_order.id AND i.product_id = c.product_id
          GROUP BY c.product_id HAVING sum(c.quantity) > coalesce(max(i.quantity), 0)) AS w;
    -- The stock first, by product over all lines, so that a product line can use the pieces that a bundle line
    -- releases.
    FOR v_change IN
        WITH changes AS (
            SELECT c.product_id, c.bundle, sum(c.quantity) - coalesce(max(i.quantity), 0) AS delta,
                   max(i.id::text)::uuid AS item_id
            FROM unnest(
                change_lines.product_ids, change_lines.quantities, change_lines.bundles
            ) AS c (product_id, quantity, bundle)
            LEFT JOIN sales.order_items AS i ON i.order_id = v_order.id AND i.product_id = c.product_id
            GROUP BY c.product_id, c.bundle
        )
        SELECT p.product_id, sum(p.delta)::bigint AS delta
        FROM (
            SELECT c.product_id, c.delta FROM changes AS c WHERE NOT c.bundle
            UNION ALL
            SELECT k.product_id, c.delta * k.quantity
            FROM changes AS c
            JOIN sales.order_item_components AS k ON k.order_item_id = c.item_id
            WHERE c.bundle
            UNION ALL
            SELECT b.product_id, c.delta * b.quantity
            FROM changes AS c
            JOIN catalog.bundle_items AS b ON b.bundle_id = c.product_id
            WHERE c.bundle AND c.item_id IS NULL
        ) AS p
        GROUP BY p.product_id HAVING sum(p.delta) <> 0 ORDER BY p.product_id
    LOOP
        v_more := v_more + v_change.delta;
        IF v_change.delta > 0 THEN
            PERFORM catalog.reserve_stock(v_change.product_id, v_change.delta, v_order.id);
        ELSE
            PERFORM catalog.release_stock(v_change.product_id, -v_change.delta, v_order.id);
        END IF;
    END LOOP;

    FOR v_change IN
        SELECT c.product_id, c.bundle, sum(c.quantity)::bigint AS wanted,
               coalesce(max(i.quantity), 0)::bigint AS present
        FROM unnest(
            change_lines.product_ids, change_lines.quantities, change_lines.bundles
        ) AS c (product_id, quantity, bundle)
        LEFT JOIN sales.order_items AS i ON i.order_id = v_order.id AND i.product_id = c.product_id
        GROUP BY c.product_id, c.bundle ORDER BY c.product_id
    LOOP
        IF v_change.wanted > 10000 THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'quantity_out_of_range',
                MESSAGE = 'A line must have 1 to 10,000 pieces.';
        END IF;
        CONTINUE WHEN v_change.wanted = v_change.present;
        IF v_change.wanted = 0 THEN
            DELETE FROM sales.order_items AS i WHERE i.order_id = v_order.id AND i.product_id = v_change.product_id;
            v_removed := v_removed || v_change.product_id;
            v_pieces := v_pieces || v_change.present;
            CONTINUE;
        END IF;
        v_set := true;
        IF v_change.present > 0 THEN
            -- Discount and tax are reset here; price_order() computes them again.
            UPDATE sales.order_items AS i
            SET quantity = v_change.wanted, discount = 0, tax = 0, tax_rate = 0, tax_included = false,
                total = i.unit_price * v_change.wanted
            WHERE i.order_id = v_order.id AND i.product_id = v_change.product_id;
            UPDATE sales.order_item_components AS k SET pieces = k.quantity * v_change.wanted
            FROM sales.order_items AS i
            WHERE i.order_id = v_order.id
              AND i.product_id = v_change.product_id
              AND i.bundle
              AND k.order_item_id = i.id;
        ELSE
            v_product := catalog.find_offer(v_change.product_id, v_order.currency, v_change.bundle);
            INSERT INTO sales.order_items (order_id, account_id, merchant_id, product_id, bundle, sku, name,
                                           quantity, unit_price, price_version, total, requires_shipping)
            VALUES (v_order.id, v_order.account_id, v_product.merchant_id, v_change.product_id, v_change.bundle,
                    v_product.sku, v_product.name, v_change.wanted, v_product.amount, v_product.version,
                    v_product.amount * v_change.wanted,
                    (SELECT p.requires_shipping FROM catalog.products AS p WHERE p.id = v_change.product_id));
        END IF;
    END LOOP;
    IF NOT v_set AND v_removed = '{}' THEN
        RETURN;    -- nothing has changed, so open payments stay valid
    END IF;
    PERFORM sales.require_few_lines(count(*)) FROM sales.order_items AS i WHERE i.order_id = v_order.id;

    PERFORM sales.pin_components(v_order.id);
    IF v_more > 0 THEN
        PERFORM sales.require_few_units(v_order.account_id);
    END IF;
    UPDATE sales.orders AS o
    SET weight = (SELECT coalesce(sum(p.weight::bigint * i.quantity), 0)
                  FROM sales.order_items AS i
                  JOIN catalog.products AS p ON p.id = i.product_id
                  WHERE i.order_id = o.id),
        fulfilment_status = CASE WHEN EXISTS (SELECT FROM sales.order_items AS i
                                              WHERE i.order_id = o.id AND i.requires_shipping)
                                 THEN 'unfulfilled' ELSE 'not_needed' END
    WHERE o.id = v_order.id;
    PERFORM sales.price_order(v_order.id);
    PERFORM sales.require_within_total(v_order.id);
    -- The events have the new total.
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = v_order.id;
    PERFORM messaging.record_event('order.item_removed', v_order.id, v_order.account_id,
        sales.order_data(v_order) || jsonb_build_object('product_id', r.product_id, 'quantity', r.quantity))
    FROM unnest(v_removed, v_pieces) AS r (product_id, quantity);
    IF v_set THEN
        PERFORM messaging.record_event('order.modified', v_order.id, v_order.account_id, sales.order_data(v_order));
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.change_lines TO store_api;
