-- Finds a promotion by its code, ignoring case, and the reason why this account cannot use it now (NULL if it can).
-- Counts nothing.
-- Callers:   use_promotions (under its locks), api.validate_promotion.
-- Definer:   customers may not read promotions or the uses of others.
CREATE OR REPLACE FUNCTION sales.find_promotion(
    code text, account_id uuid, email text DEFAULT NULL, OUT id uuid, OUT stackable boolean, OUT reason text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_promotion sales.promotions;
BEGIN
    SELECT * INTO v_promotion FROM sales.promotions AS p WHERE p.code = upper(find_promotion.code);
    id := v_promotion.id;
    stackable := v_promotion.stackable;
    reason := CASE
        WHEN v_promotion.id IS NULL OR NOT v_promotion.enabled THEN 'promo_code_unknown'
        -- Four eyes, whatever role the account has now: a code of 100 % is goods for nothing.
        WHEN find_promotion.account_id = ANY (v_promotion.created_by || v_promotion.edited_by)
            THEN 'own_account_refused'
        WHEN v_promotion.valid_from > now() THEN 'promo_not_yet_valid'
        WHEN v_promotion.valid_until <= now() THEN 'promo_expired'
        WHEN v_promotion.uses >= v_promotion.total_uses THEN 'promo_used_up'
        WHEN v_promotion.uses_per_account <= (
            SELECT count(*) FROM sales.promotion_uses AS u
            WHERE u.promotion_id = v_promotion.id
              AND u.account_id = find_promotion.account_id
              AND u.released_at IS NULL)
            + CASE WHEN v_promotion.uses_per_account IS NULL THEN 0
                   ELSE sales.count_uses_by_email(v_promotion.id, find_promotion.account_id, find_promotion.email) END
            THEN 'promo_used_by_account'
    END;
END $$;

GRANT EXECUTE ON FUNCTION sales.find_promotion TO store_api;
