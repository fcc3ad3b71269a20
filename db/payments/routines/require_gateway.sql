-- Makes sure that a provider is a gateway: what the gateway service reports is about money that went through one. Cash,
-- bank transfers, wallet and credit are for staff and the shop itself, and a test gateway has no say in production.
-- Callers:   api.receive_gateway_event, record_mock_movement, open_payment, fail_payment, get_payment_for_gateway.
-- Locks:     none.
-- Errors:    provider_not_available 422.
CREATE OR REPLACE FUNCTION payments.require_gateway(provider text)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payments.providers AS p
        WHERE p.name = require_gateway.provider AND p.kind = 'gateway'
          AND NOT (p.test_only AND identity.is_production()))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'provider_not_available',
            MESSAGE = 'This provider is not available.', HINT = 'Choose another provider.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.require_gateway TO store_api;
