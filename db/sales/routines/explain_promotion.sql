-- The message for a code that says why a promotion does not apply.
-- Callers:   refuse_promotion, api.validate_promotion.
CREATE OR REPLACE FUNCTION sales.explain_promotion(code text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE explain_promotion.code
    WHEN 'promo_code_unknown' THEN 'There is no such promotion code.'
    WHEN 'own_account_refused' THEN 'You cannot use a promotion that you created.'
    WHEN 'promo_not_yet_valid' THEN 'This promotion has not begun yet.'
    WHEN 'promo_expired' THEN 'This promotion is over.'
    WHEN 'promo_used_up' THEN 'This promotion has reached its limit of uses.'
    WHEN 'promo_used_by_account' THEN 'You have used this promotion as often as you may.'
    WHEN 'promo_not_stackable' THEN 'This promotion cannot be combined with another.'
    WHEN 'promo_other_currency' THEN 'This promotion is for orders in another currency.'
    WHEN 'promo_minimum_not_reached' THEN 'The goods that this promotion is for cost less than it asks for.'
    WHEN 'promo_not_applicable' THEN 'Nothing in this order is part of the promotion.'
END;

GRANT EXECUTE ON FUNCTION sales.explain_promotion TO store_api;
