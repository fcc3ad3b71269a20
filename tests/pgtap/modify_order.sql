-- api.modify_order: stock moves by the difference, prices stay pinned, the total is that of all lines.
BEGIN;
SELECT plan(10);
SELECT tests.create_account('alice');
SELECT tests.create_product('lamp', price => 1000, stock => 5);
SELECT tests.create_product('book', price => 250, stock => 2);
SELECT tests.authenticate_as('alice');
SELECT tests.remember('order', (api.create_order(ARRAY[tests.line('lamp', 2)])).id);

SELECT tests.authenticate_as('merchant');
SELECT api.set_price(tests.recall('lamp'), 1200, 'USD');
SELECT tests.authenticate_as('alice');

SELECT lives_ok($$ SELECT api.modify_order(tests.recall('order'), ARRAY[
    ROW(tests.recall('lamp'), 4, NULL)::api.order_change, ROW(tests.recall('book'), 1, NULL)::api.order_change]) $$,
    'a pending order can be changed');
SELECT is((api.get_order(tests.recall('order'))).total, 4250::bigint, 'the lamp keeps the price of its first day');
SELECT is(tests.available('lamp'), 1::bigint, 'two more lamps are reserved');
SELECT is(tests.available('book'), 1::bigint, 'and a book');

SELECT throws_ok($$ SELECT api.modify_order(tests.recall('order'), ARRAY[
    ROW(tests.recall('lamp'), 6, NULL)::api.order_change]) $$, 'SH409', NULL, 'not beyond the stock');
SELECT throws_ok($$ SELECT api.modify_order(tests.recall('order'), ARRAY[
    ROW(tests.recall('lamp'), 1, NULL)::api.order_change], if_match => 999) $$, 'SH412', NULL,
    'not over a change that was not seen');
SELECT lives_ok($$ SELECT api.modify_order(tests.recall('order'), ARRAY[
    ROW(tests.recall('lamp'), 0, NULL)::api.order_change]) $$, 'quantity 0 removes the line');
SELECT is(tests.available('lamp'), 5::bigint, 'its lamps are for sale again');
SELECT is((api.get_order(tests.recall('order'))).total, 250::bigint, 'the book is left');

SELECT tests.clear_authentication();
SELECT tests.create_account('bob');
SELECT tests.authenticate_as('bob');
SELECT throws_ok($$ SELECT api.modify_order(tests.recall('order'), ARRAY[
    ROW(tests.recall('book'), 2, NULL)::api.order_change]) $$, 'SH404', NULL, 'another customer finds no such order');
SELECT tests.clear_authentication();
SELECT finish();
ROLLBACK;
