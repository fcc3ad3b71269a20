-- The state machines are tables, and a change that is not a row there is refused, for the owner of the table too.
BEGIN;
SELECT plan(6);

SELECT set_eq('SELECT from_status, to_status FROM sales.order_transitions', $$ VALUES
    ('pending', 'paid'), ('paid', 'shipped'), ('shipped', 'delivered'), ('pending', 'cancelled'), ('paid', 'cancelled'),
    -- An expired order may be paid after all; one without parcels is delivered when it is paid.
    ('cancelled', 'paid'), ('cancelled', 'pending'), ('paid', 'delivered') $$,
    'the transitions of an order are these, and no others');

SELECT is_empty($$ SELECT 1 FROM payments.payment_transitions WHERE from_status = 'completed' $$,
    'money received is the last state');

-- Monotone: the transitions have no cycle, so every order of callbacks ends in the same state.
SELECT is_empty($$
    WITH RECURSIVE path (start, at) AS (
        SELECT from_status, to_status FROM payments.payment_transitions
        UNION SELECT p.start, t.to_status FROM path AS p JOIN payments.payment_transitions AS t ON t.from_status = p.at
    ) SELECT start FROM path WHERE start = at
$$, 'a payment never comes back to a state it left');

INSERT INTO identity.accounts (id, email) VALUES ('00000000-0000-7000-8000-000000000001', 'pgtap@example.com');
INSERT INTO sales.orders (id, account_id, currency)
VALUES ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 'USD');

SELECT throws_ok($$ UPDATE sales.orders SET status = 'delivered' WHERE id = '00000000-0000-7000-8000-000000000002' $$,
    'SH409', NULL, 'an order cannot jump from pending to delivered');
SELECT throws_ok($$ UPDATE sales.orders SET status = 'paid', total = 500, subtotal = 500
                    WHERE id = '00000000-0000-7000-8000-000000000002' $$,
    'SH409', NULL, 'an order is not paid without the money');
SELECT lives_ok($$ UPDATE sales.orders SET status = 'cancelled' WHERE id = '00000000-0000-7000-8000-000000000002' $$,
    'pending to cancelled is a transition');

SELECT finish();
ROLLBACK;
