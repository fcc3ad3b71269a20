-- Enters money that the test gateway has taken or given back into its own books, once.
-- Callers:   the test gateway (api/gateways/mock.py).
-- Errors:    provider_not_available 422 in production.
-- Locks:     none: it only inserts.
CREATE FUNCTION api.record_mock_movement(
    id text, payment_id uuid, kind text, amount bigint, currency text, refund_id uuid DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('gateway');
    PERFORM payments.require_gateway('mock');
    INSERT INTO payments.mock_books (id, payment_id, kind, amount, currency, refund_id)
    VALUES (record_mock_movement.id, record_mock_movement.payment_id, record_mock_movement.kind,
            record_mock_movement.amount, record_mock_movement.currency, record_mock_movement.refund_id)
    ON CONFLICT ON CONSTRAINT mock_books_pkey DO NOTHING;
END $$;

COMMENT ON FUNCTION api.record_mock_movement IS
'Enter money into the test gateway''s books

For the gateway service.';

GRANT EXECUTE ON FUNCTION api.record_mock_movement TO app_gateway;
