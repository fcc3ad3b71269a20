-- Computes the price of an order from all of its lines: the discount of its promotions, spread over the lines they
-- apply to; the tax of each line, rounded once; the shipping.
-- Callers:   place_order (is_new), change_lines, api.set_shipping_address.
-- Returns:   the total, in minor units.
-- Locks:     none; the caller holds the order.
-- Errors:    the reason why a promotion does not apply, for a new order (see explain_promotion);
--            shipping_method_required, shipping_method_not_available 422.
CREATE OR REPLACE FUNCTION sales.price_order(order_id uuid, is_new boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order     sales.orders;
    v_settings  sales.settings;
    v_country   text;
    v_taxed     boolean;
    v_ids       uuid[];
    v_products  uuid[];
    v_amounts   bigint[];    -- what is left of each line after the discounts so far
    v_gross     bigint[];
    v_use       record;
    v_result    record;
    v_goods     bigint;
    v_shipping  bigint := 0;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = price_order.order_id;
    SELECT * INTO STRICT v_settings FROM sales.settings;
    v_country := coalesce(v_order.shipping_address ->> 'country', v_settings.tax_country);
    v_taxed := EXISTS (SELECT FROM sales.tax_rates AS r WHERE r.country = v_country::char(2));
    IF v_order.shipping_method_id IS NULL AND v_settings.shipping_required AND v_order.weight > 0
       AND v_order.fulfilment_status <> 'not_needed'
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'shipping_method_required',
            MESSAGE = 'This order needs a shipping address and a shipping method.',
            HINT = 'Send shipping_address_id and shipping_method_id; GET /shipping-methods lists them.';
    END IF;
    SELECT array_agg(i.id ORDER BY i.id), array_agg(i.product_id ORDER BY i.id),
           array_agg(i.unit_price * i.quantity ORDER BY i.id)
    INTO STRICT v_ids, v_products, v_gross FROM sales.order_items AS i WHERE i.order_id = v_order.id;
    v_amounts := v_gross;
    FOR v_use IN
        SELECT u.id, u.promotion_id
        FROM sales.promotion_uses AS u
        WHERE u.order_id = v_order.id AND u.released_at IS NULL
        ORDER BY u.id
    LOOP
        v_result := sales.evaluate_promotion(v_use.promotion_id, v_order.currency::text, v_products, v_amounts);
        IF v_result.reason IS NOT NULL AND price_order.is_new THEN
            PERFORM sales.refuse_promotion(v_result.reason, v_result.minimum);
        END IF;
        v_amounts := ARRAY(SELECT a.amount - a.discount
                           FROM unnest(v_amounts, v_result.discounts) WITH ORDINALITY AS a (amount, discount, n)
                           ORDER BY a.n);
        UPDATE sales.promotion_uses AS u
        SET discount = v_result.discount
        WHERE u.id = v_use.id AND u.discount <> v_result.discount;
    END LOOP;

    WITH priced AS (
        SELECT l.id, l.gross - l.amount AS discount, l.amount, coalesce(t.rate, 0) AS rate,
               coalesce(t.included, false) AS included
        FROM unnest(v_ids, v_products, v_gross, v_amounts) AS l (id, product_id, gross, amount)
        LEFT JOIN LATERAL sales.tax_rate_of(l.product_id, v_country, v_order.shipping_address ->> 'region',
                                            v_order.created_at) AS t
            ON v_taxed
    ), taxed AS (
        SELECT p.*,
               CASE WHEN p.included THEN round(p.amount * p.rate / (100 + p.rate))
                    ELSE round(p.amount * p.rate / 100) END::bigint AS tax
        FROM priced AS p
    )
    UPDATE sales.order_items AS i
    SET discount = t.discount, tax = t.tax, tax_rate = t.rate, tax_included = t.included,
        total = t.amount + CASE WHEN t.included THEN 0 ELSE t.tax END
    FROM taxed AS t
    WHERE i.id = t.id AND (i.discount, i.tax, i.tax_rate, i.tax_included, i.total)
        IS DISTINCT FROM (t.discount, t.tax, t.rate, t.included, t.amount + CASE WHEN t.included THEN 0 ELSE t.tax END);

    SELECT sum(a)::bigint INTO STRICT v_goods FROM unnest(v_amounts) AS a;
    IF v_order.shipping_method_id IS NOT NULL THEN
        v_shipping := sales.shipping_price(v_order.shipping_method_id, v_order.shipping_address ->> 'country',
                                           v_order.currency::text, v_order.weight, v_goods);
    END IF;
    UPDATE sales.orders AS o
    SET subtotal = t.subtotal, discount = t.discount, tax = t.tax, tax_included = t.included, shipping = v_shipping,
        total = t.total + v_shipping, version = o.version + 1
    FROM (
        SELECT sum(i.unit_price * i.quantity)::bigint AS subtotal, sum(i.discount)::bigint AS discount,
               sum(i.tax)::bigint AS tax, coalesce(sum(i.tax) FILTER (WHERE i.tax_included), 0)::bigint AS included,
               sum(i.total)::bigint AS total
        FROM sales.order_items AS i WHERE i.order_id = v_order.id
    ) AS t
    WHERE o.id = v_order.id
    RETURNING o.* INTO STRICT v_order;
    RETURN v_order.total;
END $$;

GRANT EXECUTE ON FUNCTION sales.price_order TO store_api;
