-- Approves a return. Idempotent.
-- Locks:  order, return.
-- Errors: confirmation_required, own_account_refused 403; return_not_found 404, return_transition_refused 409.
CREATE FUNCTION api.approve_return(return_id uuid)
RETURNS api.order_return
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_fresh();
    RETURN api.render_return(fulfilment.decide_return(approve_return.return_id, 'approved'));
END $$;

COMMENT ON FUNCTION api.approve_return IS
'Approve a return';

GRANT EXECUTE ON FUNCTION api.approve_return TO app_support;
