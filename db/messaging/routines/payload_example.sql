-- An example of a payload of events (api.<payload>_payload).
-- Callers:   event_types, example_data.
CREATE OR REPLACE FUNCTION messaging.payload_example(payload text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT x.example::jsonb
FROM (VALUES
    ('account',
      '{"role": "customer", "status": "active"}'),
    ('new_account',
      '{"role": "customer", "issuer": null}'),
    ('account_role',
      '{"role": "merchant", "previous_role": "customer", "source": "admin"}'),
    ('bundle',
      '{"bundle_id": "0197f6a0-0000-7000-8000-000000000001", "sku": "SET-1"}'),
    ('credit_change',
      '{"credit_change_id": "0197f6a0-0000-7000-8000-000000000002", "kind": "grant", "status": "completed", '
      '"amount": 500, "currency": "EUR"}'),
    ('credit_note',
      '{"credit_note_id": "0197f6a0-0000-7000-8000-000000000003", "number": "CN-2026-000001", "refund_id": '
      '"0197f6a0-0000-7000-8000-000000000004", "total": 1190, "currency": "EUR"}'),
    ('debit_note',
      '{"debit_note_id": "0197f6a0-0000-7000-8000-000000000005", "number": "DN-2026-000001", "credit_note_id": '
      '"0197f6a0-0000-7000-8000-000000000003", "refund_id": "0197f6a0-0000-7000-8000-000000000004", "total": '
      '1190, "currency": "EUR"}'),
    ('dispute',
      '{"dispute_id": "0197f6a0-0000-7000-8000-000000000006", "payment_id": '
      '"0197f6a0-0000-7000-8000-000000000007", "status": "needs_response", "amount": 2380, "currency": "EUR", '
      '"reason": "product_not_received"}'),
    ('gift_card',
      '{"gift_card_id": "0197f6a0-0000-7000-8000-000000000008", "amount": 5000, "currency": "EUR"}'),
    ('invoice',
      '{"invoice_id": "0197f6a0-0000-7000-8000-000000000009", "number": "INV-2026-000001", "total": 2380, '
      '"currency": "EUR"}'),
    ('order',
      '{"number": "100001", "status": "pending", "total": 2380, "amount_paid": 0, "currency": "EUR"}'),
    ('order_decision',
      '{"number": "100001", "status": "pending", "total": 2380, "amount_paid": 0, "currency": "EUR", "reason": '
      '"The address is checked."}'),
    ('order_item',
      '{"number": "100001", "status": "pending", "total": 2380, "amount_paid": 0, "currency": "EUR", '
      '"product_id": "0197f6a0-0000-7000-8000-000000000010", "quantity": 1}'),
    ('order_restocked',
      '{"number": "100001", "status": "pending", "total": 2380, "amount_paid": 0, "currency": "EUR", '
      '"quantity": 1}'),
    ('payment',
      '{"payment_id": "0197f6a0-0000-7000-8000-000000000007", "provider": "stripe", "status": "open", "amount": '
      '2380, "currency": "EUR", "failure_code": null}'),
    ('payout',
      '{"payout_id": "0197f6a0-0000-7000-8000-000000000011", "status": "pending", "amount": 20000, "currency": '
      '"EUR", "failure_code": null}'),
    ('product',
      '{"product_id": "0197f6a0-0000-7000-8000-000000000010", "sku": "LAMP-1"}'),
    ('product_price',
      '{"product_id": "0197f6a0-0000-7000-8000-000000000010", "price": 1190, "currency": "EUR", "valid_from": '
      '"2026-12-01T00:00:00+00:00"}'),
    ('product_import',
      '{"import_id": "0197f6a0-0000-7000-8000-000000000012", "created": 10, "updated": 2, "unchanged": 88}'),
    ('promotion',
      '{"promotion_id": "0197f6a0-0000-7000-8000-000000000013", "code": "WINTER"}'),
    ('promotion_scope',
      '{"promotion_id": "0197f6a0-0000-7000-8000-000000000013", "code": "WINTER", "scope": "products"}'),
    ('refund',
      '{"refund_id": "0197f6a0-0000-7000-8000-000000000004", "payment_id": '
      '"0197f6a0-0000-7000-8000-000000000007", "status": "pending", "amount": 1190, "currency": "EUR", '
      '"reason": "returned", "failure_code": null, "settled_by": null}'),
    ('return',
      '{"return_id": "0197f6a0-0000-7000-8000-000000000014", "status": "requested", "reason": "It is too '
      'large.", "amount": null, "currency": "EUR"}'),
    ('sale',
      '{"currency": "EUR", "refund_id": null, "shipment_id": null, "return_id": null, "items": [{"id": '
      '"0197f6a0-0000-7000-8000-000000000015", "product_id": "0197f6a0-0000-7000-8000-000000000010", "sku": '
      '"LAMP-1", "quantity": 2, "total": 2380}]}'),
    ('shipment',
      '{"shipment_id": "0197f6a0-0000-7000-8000-000000000016", "status": "in_transit", "carrier": "mock", '
      '"tracking_number": "MOCK1234", "tracking_url": "https://carrier.example/MOCK1234", "failure_code": null}'),
    ('stock',
      '{"product_id": "0197f6a0-0000-7000-8000-000000000010", "sku": "LAMP-1", "delta": 20, "on_hand": 25, '
      '"reserved": 3}'),
    ('wallet',
      '{"locked": true}'),
    ('webhook_endpoint',
      '{"webhook_endpoint_id": "0197f6a0-0000-7000-8000-000000000017", "failure_code": "failing"}')
) AS x (payload, example)
WHERE x.payload = payload_example.payload;
END;

GRANT EXECUTE ON FUNCTION messaging.payload_example TO store_api;
