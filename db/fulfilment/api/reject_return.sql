-- Rejects a return, or closes an approved one whose parcel never came. Idempotent.
-- Locks:  order, return, the order's lines.
-- Errors: own_account_refused 403; return_not_found 404, return_transition_refused 409.
CREATE FUNCTION api.reject_return(return_id uuid, reason api.short_text)
RETURNS api.order_return
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_return(fulfilment.decide_return(reject_return.return_id, 'rejected', reject_return.reason));
END $$;

COMMENT ON FUNCTION api.reject_return IS
'Reject a return

A requested return, or an approved one whose parcel never came. Its pieces can be announced again.';

GRANT EXECUTE ON FUNCTION api.reject_return TO app_support;
