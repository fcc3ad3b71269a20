-- Returns what a code would take off these lines for the caller, or why it does not apply. It counts and reserves
-- nothing: only the order itself decides.
-- Errors: order_empty, line_needs_product_or_bundle 422; product_not_found, bundle_not_found 404;
--         product_not_sold_in_currency 422; order_amounts_out_of_range 409.
CREATE FUNCTION api.validate_promotion(code api.promo_code, items api.order_lines, currency api.currency DEFAULT 'USD')
RETURNS api.promotion_validation
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor     CONSTANT uuid := identity.authenticate();
    v_currency  CONSTANT text := coalesce(validate_promotion.currency, 'USD');
    v_promotion record;
    v_line      record;
    v_products  uuid[] := '{}';
    v_amounts   bigint[] := '{}';
    v_result    record;
BEGIN
    PERFORM sales.require_few_lines(cardinality(validate_promotion.items));
    PERFORM sales.require_one_id(ARRAY(SELECT i.product_id FROM unnest(validate_promotion.items) AS i),
                                 ARRAY(SELECT i.bundle_id FROM unnest(validate_promotion.items) AS i));
    FOR v_line IN
        SELECT coalesce(i.product_id, i.bundle_id) AS id, i.product_id IS NULL AS bundle, i.quantity
        FROM unnest(validate_promotion.items) AS i
    LOOP
        v_products := v_products || v_line.id;
        v_amounts := v_amounts || (catalog.find_offer(v_line.id, v_currency, v_line.bundle)).amount * v_line.quantity;
    END LOOP;
    IF v_products = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'order_empty',
            MESSAGE = 'Send the items that the code is to be checked for.';
    END IF;

    IF (SELECT sum(a) FROM unnest(v_amounts) AS a) > 1000000000000000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_amounts_out_of_range',
            MESSAGE = 'An order can cost at most 1,000,000,000,000,000 minor units.';
    END IF;
    v_promotion := sales.find_promotion(validate_promotion.code, v_actor);
    IF v_promotion.reason IS NOT NULL THEN
        RETURN ROW(
            false, 0, v_currency, v_promotion.reason, sales.explain_promotion(v_promotion.reason), NULL
        )::api.promotion_validation;
    END IF;
    v_result := sales.evaluate_promotion(v_promotion.id, v_currency, v_products, v_amounts);
    RETURN ROW(v_result.reason IS NULL, v_result.discount, v_currency, v_result.reason,
               sales.explain_promotion(v_result.reason),
               CASE v_result.reason
                   WHEN 'promo_minimum_not_reached' THEN v_result.minimum END)::api.promotion_validation;
END $$;

COMMENT ON FUNCTION api.validate_promotion IS
'Validate a promotion code

The discount on these items at today''s prices, or the reason why there is none. Nothing is reserved: only the order
itself decides.';

GRANT EXECUTE ON FUNCTION api.validate_promotion TO app_customer;
