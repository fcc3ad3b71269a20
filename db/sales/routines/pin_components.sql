-- Stores the components of each bundle line of an order that does not have them yet, and spreads one bundle's price
-- over them in proportion to their own prices (to their pieces, if they have none): exact to the unit, for refunds and
-- reports.
-- Callers:   place_order, change_lines.
-- Locks:     none: it only inserts.
-- Errors:    out_of_stock 409 (a component is no longer sold).
CREATE OR REPLACE FUNCTION sales.pin_components(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_line  record;
    v_parts record;
BEGIN
    FOR v_line IN
        SELECT i.*, o.currency FROM sales.order_items AS i JOIN sales.orders AS o ON o.id = i.order_id
        WHERE i.order_id = pin_components.order_id AND i.bundle
          AND NOT EXISTS (SELECT FROM sales.order_item_components AS c WHERE c.order_item_id = i.id)
    LOOP
        SELECT array_agg(p.id ORDER BY p.id) AS ids, array_agg(p.sku ORDER BY p.id) AS skus,
               array_agg(p.name ORDER BY p.id) AS names, array_agg(b.quantity ORDER BY p.id) AS quantities,
               coalesce(sum(q.amount), 0) = 0 AS free,
               array_agg(coalesce(q.amount, 0) * b.quantity ORDER BY p.id) AS prices,
               bool_and(p.deleted_at IS NULL) AS sold
        INTO STRICT v_parts
        FROM catalog.bundle_items AS b
        JOIN catalog.products AS p ON p.id = b.product_id
        LEFT JOIN LATERAL catalog.price_in_force(p.id, v_line.currency::text) AS q ON true
        WHERE b.bundle_id = v_line.product_id;
        IF v_parts.sold IS NOT TRUE THEN
            PERFORM catalog.refuse_stock(v_line.product_id, v_line.quantity, 0);
        END IF;
        INSERT INTO sales.order_item_components (order_item_id, product_id, account_id, sku, name, quantity, pieces,
                                                 share)
        SELECT v_line.id, x.id, v_line.account_id, x.sku, x.name, x.quantity, x.quantity * v_line.quantity, x.share
        FROM unnest(v_parts.ids, v_parts.skus, v_parts.names, v_parts.quantities,
                    ledger.split_amount(
                        v_line.unit_price,
                        CASE WHEN v_parts.free THEN v_parts.quantities::bigint[] ELSE v_parts.prices END
                    ))
             AS x (id, sku, name, quantity, share);
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION sales.pin_components TO store_api;
