-- The data of an example of an event, as a webhook endpoint of this account gets it: with the ids of an order that does
-- not exist.
-- Callers:   add_test_delivery.
CREATE OR REPLACE FUNCTION messaging.example_data(type text, account_id uuid, for_merchant boolean)
RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object('order_id', CASE WHEN o.is THEN uuidv7() END,
                              'order_number', CASE WHEN o.is THEN '100001' END)
           || CASE WHEN example_data.for_merchant AND t.merchant_payload = 'sale' THEN messaging.payload_example('sale')
                   ELSE jsonb_build_object('account_id', example_data.account_id)
                        || messaging.public_data(t.example) END
    FROM messaging.event_types() AS t
    CROSS JOIN LATERAL (
        SELECT split_part(t.type, '.', 1) IN ('order', 'payment', 'refund', 'dispute', 'invoice', 'credit_note',
                                              'debit_note', 'shipment', 'return') AS is
    ) AS o
    WHERE t.type = example_data.type;
$$;
