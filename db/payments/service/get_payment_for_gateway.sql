-- What a gateway's client needs to open, query or close a checkout, above all the idempotency key. Never sent to a
-- browser.
-- Callers:   the web tier.
-- Errors:    payment_not_found 404, provider_not_available 422.
CREATE TYPE api.gateway_payment AS (
    id uuid, order_id uuid, order_number text, provider text, status text, amount bigint, currency text,
    minor_units smallint, outside_key uuid, purpose text, capture_method text, capture_amount bigint,
    provider_reference text, charge_reference text, created_at timestamptz, expires_at timestamptz, email text,
    items api.order_item[]
);

CREATE FUNCTION api.get_payment_for_gateway(payment_id uuid)
RETURNS api.gateway_payment
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_answer api.gateway_payment;
BEGIN
    PERFORM identity.authenticate_service('gateway');
    SELECT p.id, p.order_id, o.number::text, p.provider, p.status, p.amount, p.currency::text, c.minor_units,
           p.outside_key, p.purpose, p.capture_method, p.capture_amount, p.provider_reference, p.charge_reference,
           p.created_at, p.expires_at, a.email,
           ARRAY(SELECT api.render_item(o, i) FROM sales.order_items AS i WHERE i.order_id = p.order_id ORDER BY i.id)
    INTO v_answer
    FROM payments.payments AS p
    LEFT JOIN sales.orders AS o ON o.id = p.order_id
    JOIN catalog.currencies AS c ON c.code = p.currency
    JOIN identity.accounts AS a ON a.id = p.account_id
    WHERE p.id = get_payment_for_gateway.payment_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payment_not_found',
            MESSAGE = 'There is no such payment.';
    END IF;
    PERFORM payments.require_gateway(v_answer.provider);
    RETURN v_answer;
END $$;

COMMENT ON FUNCTION api.get_payment_for_gateway IS
'A payment as its gateway needs it

For the gateway service: the idempotency key for the gateway, the amount, the items.';

GRANT EXECUTE ON FUNCTION api.get_payment_for_gateway TO app_gateway;
