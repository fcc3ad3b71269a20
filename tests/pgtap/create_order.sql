-- api.create_order: prices, stock and total in one transaction, or nothing.
BEGIN;
SELECT plan(11);
SELECT tests.create_account('alice');
SELECT tests.create_product('lamp', price => 1000, stock => 5);
SELECT tests.create_product('book', price => 250, stock => 2);
SELECT tests.authenticate_as('alice');

SELECT tests.remember('order', (api.create_order(ARRAY[
    tests.line('lamp', 2), tests.line('book', 1), tests.line('lamp', 1)])).id);
SELECT is(session_user::text, 'web_customer', 'the call is made as the role of a customer''s pool');
SELECT is((api.get_order(tests.recall('order'))).status, 'pending', 'an order waits for its payment');
SELECT is((api.get_order(tests.recall('order'))).total, 3250::bigint, 'the total is that of all lines');
SELECT results_eq(
    $$ SELECT sku, quantity, unit_price, total
       FROM unnest((api.get_order(tests.recall('order'))).items) ORDER BY sku $$,
    $$ VALUES ('BOOK-1', 1, 250::bigint, 250::bigint), ('LAMP-1', 3, 1000, 3000) $$,
    'duplicate lines are one line, with the price that was pinned');
SELECT is(tests.available('lamp'), 2::bigint, 'three lamps are reserved');

SELECT throws_ok($$ SELECT api.create_order(ARRAY[tests.line('book', 1), tests.line('lamp', 3)]) $$, 'SH409', NULL,
    'more than there is in stock is refused');
SELECT is(tests.available('book'), 1::bigint, 'and nothing of a refused order stays reserved');
SELECT throws_ok($$ SELECT api.create_order(ARRAY[ROW(uuidv7(), 1, NULL, NULL)::api.order_line]) $$, 'SH404', NULL,
    'an unknown product is refused');
SELECT throws_ok($$ SELECT api.create_order(ARRAY[tests.line('lamp', 0)]) $$, '23514', NULL,
    'a line has at least one piece');
SELECT throws_ok($$ SELECT * FROM sales.orders $$, '42501', NULL, 'the role itself reads no table');

SELECT tests.clear_authentication();
SELECT is((SELECT count(*) FROM sales.orders AS o JOIN identity.accounts AS a ON a.id = o.account_id
           WHERE a.email = 'alice@pgtap.example'), 1::bigint, 'one order was stored');
SELECT finish();
ROLLBACK;
