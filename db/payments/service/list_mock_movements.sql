-- A page of the test gateway's books, or of its entries for one payment, oldest first.
-- Callers:   the test gateway (api/gateways/mock.py).
CREATE TYPE api.mock_movement AS (
    id text, payment_id uuid, kind text, amount bigint, currency text, refund_id uuid, created_at timestamptz
);

CREATE FUNCTION api.list_mock_movements(
    since timestamptz, until timestamptz, after_time timestamptz DEFAULT NULL, after_id text DEFAULT '',
    payment_id uuid DEFAULT NULL
)
RETURNS api.mock_movement[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('gateway');
    RETURN ARRAY(
        SELECT ROW(b.id, b.payment_id, b.kind, b.amount, b.currency::text, b.refund_id, b.created_at)::api.mock_movement
        FROM payments.mock_books AS b
        WHERE b.created_at >= list_mock_movements.since AND b.created_at <= list_mock_movements.until
          AND (list_mock_movements.payment_id IS NULL OR b.payment_id = list_mock_movements.payment_id)
          AND (b.created_at, b.id) > (coalesce(list_mock_movements.after_time, '-infinity'),
                                      coalesce(list_mock_movements.after_id, ''))
        ORDER BY b.created_at, b.id LIMIT 100);
END $$;

COMMENT ON FUNCTION api.list_mock_movements IS
'The test gateway''s books

For the gateway service. A hundred entries at a time.';

GRANT EXECUTE ON FUNCTION api.list_mock_movements TO app_gateway;
