-- One promotion.
-- Errors: promotion_not_found 404.
CREATE FUNCTION api.get_promotion(promotion_id uuid)
RETURNS api.promotion
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor     CONSTANT uuid := identity.authenticate();
    v_promotion sales.promotions;
BEGIN
    SELECT * INTO v_promotion FROM sales.promotions AS p WHERE p.id = get_promotion.promotion_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'promotion_not_found',
            MESSAGE = 'There is no such promotion.';
    END IF;
    RETURN api.render_promotion(v_promotion);
END $$;

COMMENT ON FUNCTION api.get_promotion IS
'Get a promotion';

GRANT EXECUTE ON FUNCTION api.get_promotion TO app_support;
