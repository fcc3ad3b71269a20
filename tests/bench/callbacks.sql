-- Orders that wait for their money, each with the callback that brings it.
-- Run by tests/bench/shop.py after shop.sql; called by tests/bench/flows.py.

CREATE TABLE bench.callbacks (n integer PRIMARY KEY, payment_id uuid NOT NULL, amount bigint NOT NULL, event jsonb);

-- Orders first … last. Each lane has products of its own, so that lanes never wait for each other.
CREATE FUNCTION bench.begin_payments(
    first integer, last integer, lane integer, lanes integer, prefix text, products integer
)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_order     uuid;
    v_payment   api.payment;
    v_customers CONSTANT integer := (SELECT count(*) FROM bench.tokens);
BEGIN
    FOR k IN first .. last LOOP
        PERFORM set_config('app.token', t.token, true) FROM bench.tokens AS t WHERE t.n = k % v_customers;
        SELECT o.id INTO v_order FROM api.create_order(ARRAY(
            SELECT ROW((prefix || 100000000000 + lane + lanes * floor(random() * (products / lanes))::integer)::uuid,
                       1, NULL, NULL)::api.order_line
            FROM generate_series(1, 3))) AS o;
        SELECT (p.payment).* INTO v_payment FROM api.begin_payment(v_order, 'mock') AS p;
        PERFORM api.open_payment(v_payment.id, 'mock_' || replace(v_payment.id::text, '-', ''),
                                 'http://bench.example/');
        INSERT INTO bench.callbacks (n, payment_id, amount) VALUES (k, v_payment.id, v_payment.amount);
    END LOOP;
END $$;

-- What the web tier makes of a callback of the mock gateway, once it is verified.
CREATE FUNCTION bench.event_of(payment_id uuid, amount bigint)
RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object(
        'provider', 'mock', 'event_id', e.id, 'kind', 'completed', 'payment_id', payment_id,
        'provider_reference', r.reference, 'charge_reference', r.reference, 'amount', amount, 'currency', 'USD',
        'case_reference', NULL, 'refund_id', NULL, 'failure_code', NULL,
        'payload', jsonb_build_object(
            'id', e.id, 'type', 'completed',
            'data', jsonb_build_object('payment_id', payment_id, 'reference', r.reference, 'amount', amount,
                                       'currency', 'USD')))
    FROM replace(payment_id::text, '-', '') AS p (hex), LATERAL (SELECT 'mock_' || p.hex) AS r (reference),
         LATERAL (SELECT 'mock_evt_' || p.hex || '_pay') AS e (id);
$$;

CREATE FUNCTION bench.prepare_events()
RETURNS void
LANGUAGE sql AS $$
    UPDATE bench.callbacks AS c SET event = bench.event_of(c.payment_id, c.amount) WHERE c.event IS NULL;
$$;

GRANT USAGE ON SCHEMA bench TO web_gateway;
GRANT SELECT ON bench.callbacks TO web_gateway;
