-- Place an order by hand: the functions behind POST /products and POST /orders, called from psql on the demo shop.
-- Everything is rolled back at the end. Run it with: storeproc psql -f db/docs/examples/place_order.sql
BEGIN;

-- Who is calling: an access token is a setting of the transaction, and identity.authenticate() verifies it.
SELECT set_config('app.token', identity.issue_local_token('merchant'), true) <> '' AS signed_in;
SELECT id AS lamp FROM api.create_product('Example lamp', '', 'EXAMPLE-LAMP', 1500, 'USD', 5) \gset

SELECT set_config('app.token', identity.issue_local_token('customer', 'alice@example.com'), true) <> '' AS signed_in;
SELECT id AS address FROM identity.addresses AS a
WHERE a.account_id = identity.authenticate() ORDER BY is_default DESC, id LIMIT 1 \gset

-- Two lines of one product are one demand. \gset keeps the order's id for the statements below.
SELECT id AS order_id, status, currency, subtotal FROM api.create_order(
    ARRAY[ROW(:'lamp', 2, NULL, NULL), ROW(:'lamp', 1, NULL, NULL)]::api.order_line[],
    shipping_address_id => :'address') \gset
SELECT :'status' AS status, :'currency' AS currency, :subtotal AS subtotal;
SELECT sku, quantity, unit_price FROM unnest((api.get_order(:'order_id')).items);

-- The pieces are reserved, and the history of the stock says by which movement.
SELECT on_hand, reserved FROM catalog.stock_levels WHERE product_id = :'lamp';
SELECT kind, on_hand_delta, reserved_delta FROM catalog.stock_movements WHERE order_id = :'order_id';

-- More than there is: the CHECK out_of_stock refuses it, whatever code asked.
SAVEPOINT before;
SELECT api.create_order(ARRAY[ROW(:'lamp', 4, NULL, NULL)]::api.order_line[], shipping_address_id => :'address');
ROLLBACK TO before;

ROLLBACK;
