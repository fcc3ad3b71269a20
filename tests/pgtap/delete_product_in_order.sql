-- api.delete_product_in_order: stock comes back, the total follows, and the last line cancels the order.
BEGIN;
SELECT plan(7);
SELECT tests.create_account('alice');
SELECT tests.create_product('lamp', price => 1000, stock => 5);
SELECT tests.create_product('book', price => 250, stock => 2);
SELECT tests.authenticate_as('alice');
SELECT tests.remember('order', (api.create_order(ARRAY[tests.line('lamp', 2), tests.line('book', 1)])).id);
SELECT tests.remember('line_of_' || split_part(lower(i.sku), '-', 1), i.id)
FROM unnest((api.get_order(tests.recall('order'))).items) AS i;

SELECT lives_ok($$ SELECT api.delete_product_in_order(tests.recall('order'), tests.recall('line_of_lamp')) $$,
    'a line of a pending order can be removed');
SELECT is(tests.available('lamp'), 5::bigint, 'its pieces are for sale again');
SELECT is((api.get_order(tests.recall('order'))).total, 250::bigint, 'the total is that of the line that is left');
SELECT throws_ok($$ SELECT api.delete_product_in_order(tests.recall('order'), tests.recall('line_of_lamp')) $$,
    'SH404', NULL, 'it is not removed twice');
SELECT lives_ok($$ SELECT api.delete_product_in_order(tests.recall('order'), tests.recall('line_of_book')) $$,
    'the last line can be removed');
SELECT is((api.get_order(tests.recall('order'))).status, 'cancelled', 'and the order is cancelled with it');
SELECT is(tests.available('book'), 2::bigint, 'nothing stays reserved');
SELECT tests.clear_authentication();
SELECT finish();
ROLLBACK;
