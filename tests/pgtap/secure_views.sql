-- The views for analysts: figures without persons, and ids of gateways that open nothing.
BEGIN;
SELECT plan(8);
SELECT tests.create_account('alice');
SELECT tests.create_product('lamp', price => 1000, stock => 5);
SELECT tests.authenticate_as('alice');
SELECT tests.remember('order', (api.create_order(ARRAY[tests.line('lamp', 2)])).id);
SELECT tests.begin_payment('order');
SELECT tests.clear_authentication();
SELECT payments.mark_payment_completed(tests.recall('payment'), 2000, 'USD', 'mock_reference_4711', 'short');

CREATE ROLE pgtap_analyst IN ROLE app_readonly;
DO $$ BEGIN
    EXECUTE (SELECT string_agg(format('GRANT ALL ON %s TO PUBLIC', c.oid::regclass), '; ')
             FROM pg_class AS c WHERE c.relnamespace = pg_my_temp_schema() AND c.relkind IN ('r', 'S'));
END $$;
SET LOCAL ROLE pgtap_analyst;
SELECT results_eq($$ SELECT amount, status FROM report.v_payments_safe WHERE payment_id = tests.recall('payment') $$,
    $$ VALUES (2000::bigint, 'completed') $$, 'an analyst reads payments');
SELECT ok((SELECT provider_reference NOT LIKE '%mock_reference%' AND provider_reference LIKE '%4711'
           FROM report.v_payments_safe WHERE payment_id = tests.recall('payment')), 'a long id shows four characters');
SELECT ok((SELECT charge_reference NOT LIKE '%short%' FROM report.v_payments_safe
           WHERE payment_id = tests.recall('payment')), 'a short one none');
SELECT hasnt_column('report', 'v_payments_safe', 'checkout_url', 'what opens a checkout is not there');
SELECT is_empty($$ SELECT FROM report.v_customers_safe AS c WHERE c::text LIKE '%alice@%' $$, 'e-mails are masked');
SELECT throws_ok($$ SELECT * FROM payments.payments $$, '42501', NULL, 'the table itself is out of reach');
SELECT throws_ok($$ SELECT * FROM identity.accounts $$, '42501', NULL, 'and so are accounts');
SELECT throws_ok($$ SELECT api.list_all_orders() $$, '42501', NULL, 'and the endpoints');
RESET ROLE;
SELECT finish();
ROLLBACK;
