-- Creates a promotion with its code.
-- Locks:  none: it only inserts.
-- Errors: promo_code_taken, promotion_kind_incomplete, promotion_needs_currency, promotion_period_empty 409;
--         currency_unknown 422; those of set_promotion_scope().
CREATE FUNCTION api.create_promotion(
    code api.promo_code, name api.short_text, kind api.promotion_kind, basis_points api.basis_points DEFAULT NULL,
    amount api.amount DEFAULT NULL, currency api.currency DEFAULT NULL, minimum api.amount DEFAULT NULL,
    cap api.amount DEFAULT NULL, valid_from timestamptz DEFAULT NULL, valid_until timestamptz DEFAULT NULL,
    scope api.promotion_scope DEFAULT NULL, product_ids api.ids DEFAULT '{}', category_ids api.ids DEFAULT '{}',
    total_uses api.use_limit DEFAULT NULL, uses_per_account api.use_limit DEFAULT NULL,
    stackable boolean DEFAULT false
)
RETURNS api.promotion
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor     CONSTANT uuid := identity.authenticate();
    v_promotion sales.promotions;
BEGIN
    IF create_promotion.currency IS NOT NULL THEN
        PERFORM catalog.require_currency(create_promotion.currency);
    END IF;
    INSERT INTO sales.promotions (code, name, kind, basis_points, amount, currency, minimum, cap, valid_from,
                                  valid_until, scope, total_uses, uses_per_account, stackable, created_by)
    VALUES (upper(create_promotion.code), create_promotion.name, create_promotion.kind,
            create_promotion.basis_points, create_promotion.amount, create_promotion.currency,
            create_promotion.minimum, create_promotion.cap, coalesce(create_promotion.valid_from, now()),
            create_promotion.valid_until, 'everything', create_promotion.total_uses,
            create_promotion.uses_per_account, coalesce(create_promotion.stackable, false), v_actor)
    RETURNING * INTO v_promotion;
    v_promotion := (sales.set_promotion_scope(v_promotion.id, create_promotion.scope, create_promotion.product_ids,
                                              create_promotion.category_ids)).promotion;
    PERFORM messaging.record_event('promotion.created', NULL, v_actor,
                                   jsonb_build_object('promotion_id', v_promotion.id, 'code', v_promotion.code));
    RETURN api.render_promotion(v_promotion);
END $$;

COMMENT ON FUNCTION api.create_promotion IS
'Create a promotion

`percentage` takes `basis_points` off the goods that it applies to, up to `cap`; `fixed` takes `amount` off. `minimum`
is the least value of those goods. `scope` says what it applies to: `everything`, the listed `products`, or the listed
`categories` with all categories below them, and the listed products. Without a scope the lists say it, and without
lists it is `everything`. What it lists cannot be deleted until it is disabled or over. `total_uses` and
`uses_per_account` limit it. Your own orders cannot use it.';

GRANT EXECUTE ON FUNCTION api.create_promotion TO app_support;
