-- Shipments and returns are state machines in tables, which only go on: news in any order and number end in one state.
BEGIN;
SELECT plan(4);

SELECT is_empty(format($$
    WITH RECURSIVE path (start, at) AS (
        SELECT from_status, to_status FROM fulfilment.%1$I
        UNION SELECT p.start, t.to_status FROM path AS p JOIN fulfilment.%1$I AS t ON t.from_status = p.at
    ) SELECT start FROM path WHERE start = at
$$, t), t || ' have no way back')
FROM unnest(ARRAY['shipment_transitions', 'return_transitions']) AS t;

INSERT INTO identity.accounts (id, email) VALUES ('00000000-0000-7000-8000-000000000001', 'pgtap@example.com');
INSERT INTO sales.orders (id, account_id, currency)
VALUES ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 'USD');
INSERT INTO fulfilment.shipments (id, order_id, account_id, status, asks_carrier)
VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002',
        '00000000-0000-7000-8000-000000000001', 'delivered', false);
INSERT INTO fulfilment.returns (id, order_id, account_id, reason)
VALUES ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000002',
        '00000000-0000-7000-8000-000000000001', 'x');
SELECT throws_ok($$ UPDATE fulfilment.shipments SET status = 'in_transit' $$, 'SH409', NULL,
    'what was delivered is not on its way, for the owner of the table too');
SELECT throws_ok($$ UPDATE fulfilment.returns SET status = 'refunded' $$, 'SH409', NULL,
    'what was not received is not refunded');

SELECT finish();
ROLLBACK;
