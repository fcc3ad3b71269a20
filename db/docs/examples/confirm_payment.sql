-- Confirm a bank transfer by hand: the customer chooses to transfer, customer service confirms, the ledger has it.
-- Everything is rolled back at the end. Run it with: storeproc psql -f db/docs/examples/confirm_payment.sql
BEGIN;
SELECT set_config('app.token', identity.issue_local_token('merchant'), true) <> '' AS signed_in;
SELECT id AS lamp FROM api.create_product('Example lamp', '', 'EXAMPLE-LAMP', 1500, 'USD', 5) \gset
SELECT set_config('app.token', identity.issue_local_token('customer', 'alice@example.com'), true) <> '' AS signed_in;
SELECT id AS address FROM identity.addresses AS a
WHERE a.account_id = identity.authenticate() ORDER BY is_default DESC, id LIMIT 1 \gset
SELECT id AS order_id, total FROM api.create_order(
    ARRAY[ROW(:'lamp', 1, NULL, NULL)]::api.order_line[], shipping_address_id => :'address') \gset

-- An attempt to pay. A bank transfer stays open until a person has seen the money.
SELECT (payment).id AS payment_id FROM api.begin_payment(:'order_id', 'bank_transfer') \gset
SELECT status, amount = :total AS whole_order FROM api.get_payment(:'payment_id');

SELECT set_config('app.token', identity.issue_local_token('support'), true) <> '' AS signed_in;
SELECT status FROM api.confirm_payment(:'payment_id');

-- The order is paid. Each transfer moves one amount from one account to another, so it cannot be unbalanced.
SELECT status, amount_paid = total AS paid_in_full FROM sales.orders WHERE id = :'order_id';
SELECT t.kind, d.kind AS debit, c.kind AS credit, t.amount = :total AS whole_order
FROM ledger.transfers AS t
JOIN ledger.accounts AS d ON d.id = t.debit_account
JOIN ledger.accounts AS c ON c.id = t.credit_account
WHERE t.payment_id = :'payment_id' AND t.kind = 'payment';

-- And every invariant of the books holds.
SELECT count(*) FILTER (WHERE NOT ok) AS broken FROM audit.check_invariants();
ROLLBACK;
