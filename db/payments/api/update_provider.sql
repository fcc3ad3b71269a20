-- Enables or disables a way of paying, and sets whether money is taken at once or authorised first. Attempts that were
-- begun stay as they are.
-- Locks:  the provider.
-- Errors: confirmation_required 403; provider_not_found 404, capture_method_not_supported 422.
CREATE FUNCTION api.update_provider(
    provider text, enabled boolean DEFAULT NULL, capture_method api.capture_method DEFAULT NULL
)
RETURNS api.payment_provider
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_provider payments.providers;
BEGIN
    PERFORM identity.require_fresh();
    SELECT * INTO v_provider FROM payments.providers AS p WHERE p.name = update_provider.provider FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'provider_not_found',
            MESSAGE = 'There is no such payment provider.';
    END IF;
    IF update_provider.capture_method = 'manual' AND NOT v_provider.manual_capture THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'capture_method_not_supported',
            MESSAGE = 'This provider cannot authorise a payment before it is captured.',
            HINT = 'Choose a provider with manual_capture.';
    END IF;
    UPDATE payments.providers AS p
    SET enabled = coalesce(update_provider.enabled, p.enabled),
        capture_method = coalesce(update_provider.capture_method::text, p.capture_method)
    WHERE p.name = v_provider.name
    RETURNING p.* INTO STRICT v_provider;
    RETURN api.render_provider(v_provider);
END $$;

COMMENT ON FUNCTION api.update_provider IS
'Change a way of paying

Whether it is offered, and whether money is taken at once or authorised first. Payments that were begun stay as they
are.';

GRANT EXECUTE ON FUNCTION api.update_provider TO app_admin;
