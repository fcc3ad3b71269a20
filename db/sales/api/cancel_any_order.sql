-- Cancels any order, for customer service.
-- Locks:  the order, stock rows in product order, its payments.
-- Errors: confirmation_required, own_account_refused 403; order_not_found 404, order_not_cancellable 409.
CREATE FUNCTION api.cancel_any_order(order_id uuid, reason api.short_text DEFAULT NULL)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_fresh();
    PERFORM identity.refuse_own_account((fulfilment.lock_order(cancel_any_order.order_id)).account_id);
    -- 'expired' is the clock's word: late money takes such an order up again, not one that a person cancelled.
    PERFORM sales.cancel_order(cancel_any_order.order_id,
                               coalesce(nullif(cancel_any_order.reason, 'expired'), 'customer service'));
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = cancel_any_order.order_id;
END $$;

COMMENT ON FUNCTION api.cancel_any_order IS
'Cancel any order';

GRANT EXECUTE ON FUNCTION api.cancel_any_order TO app_support;
