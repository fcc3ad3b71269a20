-- What events of a payment say about it (api.payment_payload); the row may be older than the status. Without SET, so
-- that it is inlined.
-- Callers:   every routine that records an event `payment.…`.
CREATE OR REPLACE FUNCTION payments.payment_data(p payments.payments, status text)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_object('payment_id', p.id, 'provider', p.provider, 'status', status, 'amount', p.amount,
                          'currency', p.currency, 'failure_code', NULL);

GRANT EXECUTE ON FUNCTION payments.payment_data TO store_api;
