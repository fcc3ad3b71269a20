-- pgbench's script for drill.sh: a customer places an order and pays for it, with the calls of the web tier. The lock
-- "gate" is shared here and exclusive in drill.sh, which so counts the books between two transactions.
\set product random(1, 5)
SELECT set_config('app.token', c.token, false) FROM drill.customers AS c WHERE c.n = :client_id % 3;
WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(1))
SELECT o.id AS order_id
FROM gate, drill.products AS p,
     LATERAL api.create_order(items => ARRAY[ROW(p.id, 2, NULL, NULL)::api.order_line]) AS o
WHERE p.n = :product
\gset
WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(1))
SELECT (b.payment).id AS payment_id, (b.payment).amount AS amount
FROM gate, LATERAL api.begin_payment(order_id => ':order_id', provider => 'mock') AS b
\gset
WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(1))
SELECT r.outcome
FROM gate, LATERAL api.receive_gateway_event(
    provider => 'mock', event_id => 'completed ' || ':payment_id', kind => 'completed', payload => '{}',
    payment_id => ':payment_id', provider_reference => 'mock_:payment_id', amount => :amount, currency => 'USD'
) AS r;
