-- The seller that new invoices show.
CREATE FUNCTION api.get_seller()
RETURNS api.seller
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_seller billing.sellers;
BEGIN
    SELECT * INTO STRICT v_seller FROM billing.sellers AS s ORDER BY s.version DESC LIMIT 1;
    RETURN api.render_seller(v_seller);
END $$;

COMMENT ON FUNCTION api.get_seller IS
'Get the seller

The seller''s details on invoices: name, address, tax numbers.';

GRANT EXECUTE ON FUNCTION api.get_seller TO app_support;
