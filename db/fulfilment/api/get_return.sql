-- One return: customers see their own, staff see any.
-- Errors: return_not_found 404.
CREATE FUNCTION api.get_return(return_id uuid)
RETURNS api.order_return
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_return fulfilment.returns;
BEGIN
    SELECT * INTO v_return FROM fulfilment.returns AS r WHERE r.id = get_return.return_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'return_not_found', MESSAGE = 'There is no such return.';
    END IF;
    RETURN api.render_return(v_return);
END $$;

COMMENT ON FUNCTION api.get_return IS
'A return';

GRANT EXECUTE ON FUNCTION api.get_return TO app_customer;
