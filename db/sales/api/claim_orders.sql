-- Takes over the orders that guests placed with the caller's e-mail, which must be verified.
-- Locks:  those of sales.claim_orders.
-- Errors: email_not_verified 403.
CREATE FUNCTION api.claim_orders()
RETURNS api.order_page
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_orders uuid[];
BEGIN
    PERFORM identity.require_session();
    v_orders := sales.claim_orders(v_actor);
    RETURN api.render_order_page(
        api.render_orders(ARRAY(SELECT o FROM sales.orders AS o WHERE o.id = ANY (v_orders))), 100);
END $$;

COMMENT ON FUNCTION api.claim_orders IS
'Take over guest orders

The orders that were placed without an account and with your e-mail, which must be verified (403 `email_not_verified`):
they are yours from then on. Answers with those that were taken over, at most 100; an empty list means that none is
left. The guest''s session and the links in earlier mails no longer show them.';

GRANT EXECUTE ON FUNCTION api.claim_orders TO app_customer;
