-- Locks a promotion for a change: orders that use its code wait.
-- Callers:   api.update_promotion, disable_promotion.
-- Locks:     the promotion, also against new uses (counting may begin with a new total_uses).
-- Errors:    promotion_not_found 404, version_stale 412.
CREATE OR REPLACE FUNCTION sales.lock_promotion(promotion_id uuid, if_match bigint DEFAULT NULL)
RETURNS sales.promotions
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_promotion sales.promotions;
BEGIN
    -- FOR UPDATE, not FOR NO KEY UPDATE: a new use waits for it in its foreign key, so none is missed when counting
    -- begins.
    SELECT * INTO v_promotion FROM sales.promotions AS p WHERE p.id = lock_promotion.promotion_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'promotion_not_found',
            MESSAGE = 'There is no such promotion.';
    ELSIF lock_promotion.if_match <> v_promotion.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The promotion has changed since you read it.', HINT = 'Read it again, then repeat your change.';
    END IF;
    RETURN v_promotion;
END $$;

GRANT EXECUTE ON FUNCTION sales.lock_promotion TO store_api;
