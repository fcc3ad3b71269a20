-- The discount of a promotion on lines of these amounts, spread over the lines that it applies to, exact to the unit
-- and never more than a line; or the reason why there is none.
-- Callers:   discount_lines, api.validate_promotion.
-- Definer:   customers may not read promotions, but may know the discount on their own order.
CREATE OR REPLACE FUNCTION sales.evaluate_promotion(
    promotion_id uuid, currency text, product_ids uuid[], amounts bigint[],
    OUT discounts bigint[], OUT discount bigint, OUT reason text, OUT minimum bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_promotion sales.promotions;
    v_weights   bigint[];
    v_goods     bigint;
BEGIN
    SELECT * INTO STRICT v_promotion FROM sales.promotions AS p WHERE p.id = evaluate_promotion.promotion_id;
    discount := 0;
    discounts := array_fill(0::bigint, ARRAY[cardinality(evaluate_promotion.amounts)]);
    minimum := v_promotion.minimum;
    IF v_promotion.currency <> evaluate_promotion.currency::char(3) THEN
        reason := 'promo_other_currency';
        RETURN;
    END IF;

    v_weights := ARRAY(
        SELECT CASE WHEN v_promotion.scope = 'everything' OR sales.is_promoted(v_promotion.id, l.product_id)
                    THEN l.amount ELSE 0 END
        FROM unnest(
            evaluate_promotion.product_ids, evaluate_promotion.amounts
        ) WITH ORDINALITY AS l (product_id, amount, n)
        ORDER BY l.n);
    v_goods := (SELECT sum(g)::bigint FROM unnest(v_weights) AS g);
    IF v_goods = 0 THEN
        reason := 'promo_not_applicable';
    ELSIF v_goods < v_promotion.minimum THEN
        reason := 'promo_minimum_not_reached';
    ELSE
        discount := least(v_goods, v_promotion.cap, CASE v_promotion.kind
            WHEN 'percentage' THEN div(
                v_goods::numeric * v_promotion.basis_points + 5000, 10000
            )::bigint ELSE v_promotion.amount END);
        discounts := ledger.split_amount(discount, v_weights);
        IF discount = 0 THEN
            reason := 'promo_not_applicable';    -- the percentage rounds to zero
        END IF;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.evaluate_promotion TO store_api;
