-- payments.mark_payment_failed: an attempt ends without money, and the order can be paid again.
BEGIN;
SELECT plan(8);
SELECT tests.create_account('alice');
SELECT tests.create_product('lamp', price => 1000, stock => 5);
SELECT tests.authenticate_as('alice');
SELECT tests.remember('order', (api.create_order(ARRAY[tests.line('lamp', 2)])).id);
SELECT tests.begin_payment('order');
SELECT tests.clear_authentication();

SELECT ok(payments.mark_payment_failed(tests.recall('payment'), 'failed', 'card_declined'), 'the attempt has ended');
SELECT is((SELECT p.failure_code FROM payments.payments AS p WHERE p.id = tests.recall('payment')), 'card_declined',
    'its reason is kept');
SELECT is((SELECT o.status FROM sales.orders AS o WHERE o.id = tests.recall('order')), 'pending', 'the order waits');
SELECT is(tests.available('lamp'), 3::bigint, 'its lamps stay reserved');
SELECT ok(NOT payments.mark_payment_failed(tests.recall('payment'), 'failed'), 'a second failure changes nothing');
SELECT throws_ok($$ SELECT payments.mark_payment_failed(tests.recall('payment'), 'completed') $$, 'SH409', NULL,
    'completed is not a way to fail');

SELECT tests.authenticate_as('alice');
SELECT lives_ok($$ SELECT tests.begin_payment('order') $$, 'the customer can try again');
SELECT tests.clear_authentication();
SELECT ok(payments.mark_payment_completed(tests.recall('payment'), 2000, 'USD'), 'and pay');
SELECT finish();
ROLLBACK;
