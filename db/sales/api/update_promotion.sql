-- Changes a promotion: only the fields that are sent; null removes a limit. Its discount and its code cannot be
-- changed, because orders refer to them. The account that changed it cannot use it.
-- Locks:  the promotion.
-- Errors: promotion_not_found 404, version_stale 412, promo_used_up 409 (the new limit is below the uses so far),
--         promotion_needs_currency, promotion_period_empty 409; those of set_promotion_scope().
CREATE FUNCTION api.update_promotion(
    promotion_id uuid, name api.short_text DEFAULT NULL, minimum api.amount DEFAULT NULL, cap api.amount DEFAULT NULL,
    valid_from timestamptz DEFAULT NULL, valid_until timestamptz DEFAULT NULL, scope api.promotion_scope DEFAULT NULL,
    product_ids api.ids DEFAULT NULL, category_ids api.ids DEFAULT NULL, total_uses api.use_limit DEFAULT NULL,
    uses_per_account api.use_limit DEFAULT NULL, stackable boolean DEFAULT NULL, if_match bigint DEFAULT NULL,
    given text[] DEFAULT NULL
)
RETURNS api.promotion
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor     CONSTANT uuid := identity.authenticate();
    v_given     CONSTANT text[] := coalesce(update_promotion.given, '{}');
    v_promotion sales.promotions;
    v_set       record;
BEGIN
    v_promotion := sales.lock_promotion(update_promotion.promotion_id, update_promotion.if_match);
    UPDATE sales.promotions AS p
    SET name = coalesce(update_promotion.name, p.name),
        minimum = CASE WHEN 'minimum' = ANY (v_given) THEN update_promotion.minimum ELSE p.minimum END,
        cap = CASE WHEN 'cap' = ANY (v_given) THEN update_promotion.cap ELSE p.cap END,
        valid_from = coalesce(update_promotion.valid_from, p.valid_from),
        valid_until = CASE WHEN 'valid_until' = ANY (v_given) THEN update_promotion.valid_until ELSE p.valid_until END,
        total_uses = CASE WHEN 'total_uses' = ANY (v_given) THEN update_promotion.total_uses ELSE p.total_uses END,
        -- Uses are counted only while there is a limit, so the count starts or ends here.
        uses = CASE WHEN 'total_uses' = ANY (v_given) AND update_promotion.total_uses IS NULL THEN 0
                    WHEN p.total_uses IS NULL AND update_promotion.total_uses IS NOT NULL
                    THEN (SELECT count(*)
                          FROM sales.promotion_uses AS u
                          WHERE u.promotion_id = p.id AND u.released_at IS NULL) ELSE p.uses END,
        uses_per_account = CASE WHEN 'uses_per_account' = ANY (v_given) THEN update_promotion.uses_per_account
                                ELSE p.uses_per_account END,
        stackable = coalesce(update_promotion.stackable, p.stackable),
        edited_by = CASE WHEN v_actor = ANY (p.edited_by) THEN p.edited_by ELSE p.edited_by || v_actor END,
        version = p.version + 1
    WHERE p.id = v_promotion.id RETURNING * INTO v_promotion;
    SELECT * INTO v_set FROM sales.set_promotion_scope(v_promotion.id, update_promotion.scope,
                                                       update_promotion.product_ids, update_promotion.category_ids);
    v_promotion := v_set.promotion;
    IF v_set.changed THEN
        PERFORM messaging.record_event('promotion.scope_changed', NULL, v_actor, jsonb_build_object(
            'promotion_id', v_promotion.id, 'code', v_promotion.code, 'scope', v_promotion.scope));
    END IF;
    RETURN api.render_promotion(v_promotion);
END $$;

COMMENT ON FUNCTION api.update_promotion IS
'Change a promotion

Only the fields that are sent; null removes a limit. Its code and its discount stay: create another promotion to change
them. A `scope` without its list keeps that list, and empties the others. When the last product or category is taken
from the lists, it does not become a promotion for everything: that needs `"scope": "everything"`.';

GRANT EXECUTE ON FUNCTION api.update_promotion TO app_support;
