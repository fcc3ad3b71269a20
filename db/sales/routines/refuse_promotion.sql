-- Raises the error that says why a promotion does not apply. The order and the validation use the same messages.
-- Callers:   discount_lines, use_promotions.
-- Errors:    the code it is given: own_account_refused 403; promo_used_up, promo_used_by_account 409;
--            promo_code_unknown, promo_not_yet_valid, promo_expired, promo_not_stackable, promo_other_currency,
--            promo_minimum_not_reached, promo_not_applicable 422.
CREATE OR REPLACE FUNCTION sales.refuse_promotion(code text, minimum bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = CASE WHEN refuse_promotion.code = 'own_account_refused' THEN 'SH403'
                       WHEN refuse_promotion.code IN ('promo_used_up', 'promo_used_by_account') THEN 'SH409'
                       ELSE 'SH422' END,
        CONSTRAINT = refuse_promotion.code, MESSAGE = sales.explain_promotion(refuse_promotion.code),
        DETAIL = json_strip_nulls(json_build_object(
            'minimum',
            CASE refuse_promotion.code WHEN 'promo_minimum_not_reached' THEN refuse_promotion.minimum END))::text;
END $$;

GRANT EXECUTE ON FUNCTION sales.refuse_promotion TO store_api;
