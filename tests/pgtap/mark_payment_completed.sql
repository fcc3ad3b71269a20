-- payments.mark_payment_completed: money that came is booked once, whatever is repeated.
BEGIN;
SELECT plan(11);
SELECT tests.create_account('alice');
SELECT tests.create_product('lamp', price => 1000, stock => 5);
SELECT tests.authenticate_as('alice');
SELECT tests.remember('order', (api.create_order(ARRAY[tests.line('lamp', 2)])).id);
SELECT tests.begin_payment('order');
SELECT tests.clear_authentication();

SELECT ok(payments.mark_payment_completed(tests.recall('payment'), 2000, 'USD', 'mock_1'), 'the money is booked');
SELECT is((SELECT o.status FROM sales.orders AS o WHERE o.id = tests.recall('order')), 'paid', 'the order is paid');
SELECT is((SELECT o.amount_paid FROM sales.orders AS o WHERE o.id = tests.recall('order')), 2000::bigint, 'in full');
SELECT is((SELECT p.status FROM payments.payments AS p WHERE p.id = tests.recall('payment')), 'completed',
    'the payment has its last state');
SELECT isnt_empty($$ SELECT FROM ledger.transfers WHERE payment_id = tests.recall('payment') $$, 'the ledger has it');

SELECT ok(NOT payments.mark_payment_completed(tests.recall('payment'), 2000, 'USD', 'mock_1'),
    'the same callback again changes nothing');
SELECT is((SELECT count(*) FROM ledger.transfers AS t
           WHERE t.payment_id = tests.recall('payment') AND t.kind = 'payment'),
    1::bigint, 'there is one transfer of the payment');
SELECT ok(NOT payments.mark_payment_failed(tests.recall('payment'), 'failed'), 'a late failure changes nothing');
SELECT throws_ok($$ SELECT payments.mark_payment_completed(uuidv7(), 2000, 'USD') $$, 'SH404', NULL,
    'an unknown payment is refused');
SELECT throws_ok($$ SELECT payments.mark_payment_completed(tests.recall('payment'), 0, 'USD') $$, 'SH422', NULL,
    'no money is no payment');
SELECT is_empty($$ SELECT * FROM audit.check_invariants() AS c WHERE NOT c.ok $$, 'the books balance');
SELECT finish();
ROLLBACK;
