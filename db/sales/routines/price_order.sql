-- Computes the price of an order from all of its lines: the discounts of its promotions, the taxes of its lines, the
-- shipping and its taxes.
-- Callers:   place_order (is_new), change_lines, decide_tax, api.set_shipping_address.
-- Returns:   the total, in minor units.
-- Locks:     those of follow_undecided_tax; the caller holds the order.
-- Errors:    those of discount_lines and, for an order that is not new, follow_undecided_tax; shipping_method_required,
--            shipping_method_not_available 422.
CREATE OR REPLACE FUNCTION sales.price_order(order_id uuid, is_new boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order    sales.orders;
    v_settings sales.settings;
    v_country  text;
    v_region   text;
    v_lines    record;
    v_amounts  bigint[];    -- what is left of each line after the discounts
    v_shipping record;
    v_undecided boolean;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = price_order.order_id;
    SELECT * INTO STRICT v_settings FROM sales.settings;
    IF v_order.shipping_method_id IS NULL AND v_settings.shipping_required AND v_order.weight > 0
       AND v_order.fulfilment_status <> 'not_needed'
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'shipping_method_required',
            MESSAGE = 'This order needs a shipping address and a shipping method.',
            HINT = 'Send shipping_address_id and shipping_method_id; GET /shipping-methods lists them.';
    END IF;
    -- Whose law: that of the place where the goods go; for what goes nowhere, that of the shop. Some countries are
    -- taxed as a part of another one (Monaco as France).
    v_order.tax_country := NULL;
    v_order.tax_region := NULL;
    IF sales.looks_for_tax() THEN
        v_country := coalesce(v_order.shipping_address ->> 'country', v_settings.tax_country,
                              (billing.seller_at(coalesce(v_order.taxed_at, v_order.created_at))).country);
        v_region := v_order.shipping_address ->> 'region';
        v_order.tax_country := coalesce((SELECT c.taxed_as FROM catalog.countries AS c WHERE c.code = v_country),
                                        v_country);
        v_order.tax_region := coalesce((SELECT r.code FROM catalog.regions AS r WHERE r.code = v_region),
                                       catalog.region_of(v_country, v_region));
    END IF;

    SELECT array_agg(i.id ORDER BY i.id) AS ids, array_agg(i.product_id ORDER BY i.id) AS products,
           array_agg(i.unit_price * i.quantity ORDER BY i.id) AS gross
    INTO STRICT v_lines FROM sales.order_items AS i WHERE i.order_id = v_order.id;
    v_amounts := sales.discount_lines(v_order, v_lines.products, v_lines.gross, price_order.is_new);
    PERFORM sales.tax_lines(v_order, v_lines.ids, v_lines.products, v_lines.gross, v_amounts);

    v_order.shipping := 0;
    IF v_order.shipping_method_id IS NOT NULL THEN
        v_order.shipping := sales.shipping_price(
            v_order.shipping_method_id, v_order.shipping_address ->> 'country', v_order.currency::text,
            v_order.weight, (SELECT sum(a)::bigint FROM unnest(v_amounts) AS a));
    END IF;
    v_shipping := sales.tax_shipping(v_order);
    UPDATE sales.orders AS o
    SET subtotal = t.subtotal, discount = t.discount, tax = t.tax + v_shipping.tax,
        tax_included = t.included + v_shipping.included, shipping = v_order.shipping,
        shipping_tax = v_shipping.tax, shipping_tax_included = v_shipping.included,
        shipping_parts = v_shipping.parts, tax_country = v_order.tax_country, tax_region = v_order.tax_region,
        total = t.total + v_order.shipping + v_shipping.tax - v_shipping.included, version = o.version + 1
    FROM (
        SELECT sum(i.unit_price * i.quantity)::bigint AS subtotal, sum(i.discount)::bigint AS discount,
               sum(i.tax)::bigint AS tax, coalesce(sum(i.tax) FILTER (WHERE i.tax_included), 0)::bigint AS included,
               sum(i.total)::bigint AS total, bool_or(i.tax_category IS NULL) AS undecided
        FROM sales.order_items AS i WHERE i.order_id = v_order.id
    ) AS t
    WHERE o.id = v_order.id
    RETURNING o.total, t.undecided INTO STRICT v_order.total, v_undecided;
    -- A new order is created first, for those who read events.
    IF NOT price_order.is_new
        AND (v_order.tax_country IS NOT NULL
             OR (SELECT h.registered FROM sales.tax_home(coalesce(v_order.taxed_at, v_order.created_at)) AS h))
        AND (v_undecided OR v_order.hold_reason IS NOT NULL OR v_shipping.parts @> '[{"tax_category": null}]')
    THEN
        PERFORM sales.follow_undecided_tax(v_order.id);
    END IF;
    RETURN v_order.total;
END $$;

GRANT EXECUTE ON FUNCTION sales.price_order TO store_api;
