-- Ends a promotion now. Orders keep its discount. Idempotent.
-- Locks:  the promotion.
-- Errors: promotion_not_found 404.
CREATE FUNCTION api.disable_promotion(promotion_id uuid)
RETURNS api.promotion
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor     CONSTANT uuid := identity.authenticate();
    v_promotion sales.promotions;
BEGIN
    v_promotion := sales.lock_promotion(disable_promotion.promotion_id);
    IF v_promotion.enabled THEN
        UPDATE sales.promotions AS p
        SET enabled = false, version = p.version + 1
        WHERE p.id = v_promotion.id
        RETURNING * INTO v_promotion;
        PERFORM messaging.record_event('promotion.disabled', NULL, v_actor,
                                       jsonb_build_object('promotion_id', v_promotion.id, 'code', v_promotion.code));
    END IF;
    RETURN api.render_promotion(v_promotion);
END $$;

COMMENT ON FUNCTION api.disable_promotion IS
'Disable a promotion

From now on its code is unknown. Orders keep its discount.';

GRANT EXECUTE ON FUNCTION api.disable_promotion TO app_support;
