-- Row security as customers meet it: what belongs to another account does not exist.
BEGIN;
SELECT plan(9);
SELECT tests.create_account('alice');
SELECT tests.create_account('bob');
SELECT tests.create_product('lamp', price => 1000, stock => 5);
SELECT tests.authenticate_as('alice');
SELECT tests.remember('order', (api.create_order(ARRAY[tests.line('lamp', 2)])).id);
SELECT is(cardinality((api.list_orders()).data), 1, 'Alice sees her order');

SELECT tests.clear_authentication();
SELECT tests.authenticate_as('bob');
SELECT is(cardinality((api.list_orders()).data), 0, 'Bob sees none');
SELECT throws_ok($$ SELECT api.get_order(tests.recall('order')) $$, 'SH404', NULL,
    'Alice''s order does not exist for Bob');
SELECT throws_ok($$ SELECT api.cancel_order(tests.recall('order')) $$, 'SH404', NULL, 'nor can he cancel it');
SELECT throws_ok($$ SELECT api.begin_payment(tests.recall('order'), 'mock') $$, 'SH404', NULL, 'nor pay it');
SELECT throws_ok($$ SELECT api.list_all_orders() $$, '42501', NULL, 'an endpoint of customer service is not granted');
SELECT throws_ok($$ SELECT * FROM identity.accounts $$, '42501', NULL, 'tables are out of reach');
SELECT throws_ok($$ SET LOCAL ROLE store_owner $$, '42501', NULL, 'and so are other roles');

SELECT tests.clear_authentication();
SET LOCAL SESSION AUTHORIZATION web_customer;
SELECT throws_ok($$ SELECT api.list_orders() $$, 'SH401', NULL, 'the role without a token is nobody');
RESET SESSION AUTHORIZATION;
SELECT finish();
ROLLBACK;
