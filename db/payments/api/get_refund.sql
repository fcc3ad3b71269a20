-- One refund.
-- Errors: refund_not_found 404.
CREATE FUNCTION api.get_refund(refund_id uuid)
RETURNS api.refund
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_refund payments.refunds;
BEGIN
    SELECT * INTO v_refund FROM payments.refunds AS r WHERE r.id = get_refund.refund_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'refund_not_found', MESSAGE = 'There is no such refund.';
    END IF;
    RETURN api.render_refund(v_refund);
END $$;

COMMENT ON FUNCTION api.get_refund IS
'A refund';

GRANT EXECUTE ON FUNCTION api.get_refund TO app_support;
