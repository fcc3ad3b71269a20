-- The types of events, each with the schema and an example of its data. The composites below are the payloads; the
-- registry (messaging.event_types) names them without api. and _payload. An attribute whose comment says that it is
-- null in webhooks is text that may be about a person (messaging.public_data).
CREATE TYPE api.account_payload AS (role api.account_role, status api.account_status);
CREATE TYPE api.new_account_payload AS (role api.account_role, issuer text);
COMMENT ON COLUMN api.new_account_payload.issuer IS
'The identity provider that the account came from. Null without one, and in webhooks.';
CREATE DOMAIN api.role_source AS text CONSTRAINT role_source_unknown
    CHECK (VALUE = ANY (ARRAY['admin', 'identity_provider']));
COMMENT ON DOMAIN api.role_source IS 'Who decided the role.';
CREATE TYPE api.account_role_payload AS (
    role api.account_role, previous_role api.account_role, source api.role_source
);
CREATE TYPE api.wallet_payload AS (locked boolean);

CREATE TYPE api.order_payload AS (
    number text, status api.order_status, total bigint, amount_paid bigint, currency api.currency
);
CREATE TYPE api.order_decision_payload AS (
    number text, status api.order_status, total bigint, amount_paid bigint, currency api.currency, reason text
);
COMMENT ON COLUMN api.order_decision_payload.reason IS 'As the person or program gave it. Null in webhooks.';
CREATE TYPE api.order_item_payload AS (
    number text, status api.order_status, total bigint, amount_paid bigint, currency api.currency, product_id uuid,
    quantity bigint
);
COMMENT ON COLUMN api.order_item_payload.total IS 'Without the removed line.';
COMMENT ON COLUMN api.order_item_payload.quantity IS 'Pieces of the removed line.';
CREATE TYPE api.order_restocked_payload AS (
    number text, status api.order_status, total bigint, amount_paid bigint, currency api.currency, quantity bigint
);
COMMENT ON COLUMN api.order_restocked_payload.quantity IS 'Pieces that are in stock again.';

CREATE TYPE api.payment_payload AS (
    payment_id uuid, provider api.provider, status api.attempt_status, amount bigint, currency api.any_currency,
    failure_code text
);
COMMENT ON COLUMN api.payment_payload.failure_code IS 'Null unless the payment has failed and the gateway said why.';
CREATE TYPE api.refund_payload AS (
    refund_id uuid, payment_id uuid, status api.refund_status, amount bigint, currency api.any_currency, reason text,
    failure_code text, settled_by api.settlement_method
);
COMMENT ON COLUMN api.refund_payload.reason IS 'As staff or the gateway gave it. Null in webhooks.';
COMMENT ON COLUMN api.refund_payload.failure_code IS 'Null unless the refund has failed.';
COMMENT ON COLUMN api.refund_payload.settled_by IS
'How a failed refund was settled by other means. Null: through the gateway.';
CREATE TYPE api.dispute_payload AS (
    dispute_id uuid, payment_id uuid, status api.dispute_status, amount bigint, currency api.any_currency, reason text
);
COMMENT ON COLUMN api.dispute_payload.reason IS 'The gateway''s word. Null where it has none, and in webhooks.';
CREATE TYPE api.payout_payload AS (
    payout_id uuid, status api.payout_status, amount bigint, currency api.currency, failure_code text
);
COMMENT ON COLUMN api.payout_payload.failure_code IS 'Null unless the transfer has failed.';

CREATE TYPE api.invoice_payload AS (invoice_id uuid, number text, total bigint, currency api.currency);
CREATE TYPE api.credit_note_payload AS (
    credit_note_id uuid, number text, refund_id uuid, total bigint, currency api.currency
);
CREATE TYPE api.debit_note_payload AS (
    debit_note_id uuid, number text, credit_note_id uuid, refund_id uuid, total bigint, currency api.currency
);

CREATE TYPE api.credit_change_payload AS (
    credit_change_id uuid, kind api.credit_change_kind, status api.credit_status, amount bigint, currency api.currency
);
CREATE TYPE api.gift_card_payload AS (gift_card_id uuid, amount bigint, currency api.currency);

CREATE TYPE api.shipment_payload AS (
    shipment_id uuid, status api.shipment_status, carrier text, tracking_number text, tracking_url api.tracking_url,
    failure_code text
);
COMMENT ON COLUMN api.shipment_payload.carrier IS 'Null where staff did not name one.';
COMMENT ON COLUMN api.shipment_payload.tracking_number IS
'Null until the carrier has accepted the parcel, and in webhooks.';
COMMENT ON COLUMN api.shipment_payload.tracking_url IS
'Null until the carrier has accepted the parcel, and in webhooks.';
COMMENT ON COLUMN api.shipment_payload.failure_code IS 'Null unless the carrier did not accept the parcel.';
CREATE TYPE api.return_payload AS (
    return_id uuid, status api.return_status, reason text, amount bigint, currency api.currency
);
COMMENT ON COLUMN api.return_payload.reason IS
'As the customer gave it; of a rejection, as staff did. Null in webhooks.';
COMMENT ON COLUMN api.return_payload.amount IS 'What is refunded for the goods. Null until that is known.';

CREATE TYPE api.product_payload AS (product_id uuid, sku text);
CREATE TYPE api.product_price_payload AS (
    product_id uuid, price bigint, currency api.currency, valid_from timestamptz
);
COMMENT ON COLUMN api.product_price_payload.product_id IS 'The product or the bundle.';
CREATE TYPE api.product_import_payload AS (import_id uuid, created bigint, updated bigint, unchanged bigint);
CREATE TYPE api.stock_payload AS (product_id uuid, sku text, delta bigint, on_hand bigint, reserved bigint);
CREATE TYPE api.bundle_payload AS (bundle_id uuid, sku text);
CREATE TYPE api.promotion_payload AS (promotion_id uuid, code text);
CREATE TYPE api.promotion_scope_payload AS (promotion_id uuid, code text, scope api.promotion_scope);
CREATE TYPE api.webhook_endpoint_payload AS (webhook_endpoint_id uuid, failure_code api.webhook_disabled_reason
);
COMMENT ON COLUMN api.webhook_endpoint_payload.failure_code IS
'gone: it returned 410; failing: it accepted nothing for three days.';

CREATE TYPE api.sold_line AS (id uuid, product_id uuid, sku text, quantity bigint, total bigint);
COMMENT ON COLUMN api.sold_line.id IS 'Null for a line that was removed.';
COMMENT ON COLUMN api.sold_line.total IS 'Null for a line that was removed.';
CREATE TYPE api.sale_payload AS (
    currency api.currency, refund_id uuid, shipment_id uuid, return_id uuid, items api.sold_line[]
);
COMMENT ON COLUMN api.sale_payload.refund_id IS 'Null unless the event is about a refund.';
COMMENT ON COLUMN api.sale_payload.shipment_id IS 'Null unless the event is about a parcel.';
COMMENT ON COLUMN api.sale_payload.return_id IS 'Null unless the event is about a return.';
COMMENT ON COLUMN api.sale_payload.items IS 'The merchant''s lines of the order, as they are when the event is sent.';

CREATE TYPE api.event_type AS (
    type api.event_type_name, description text, payload text, merchant_payload text, schema jsonb, example jsonb
);
COMMENT ON COLUMN api.event_type.payload IS 'The payload: its component in the OpenAPI document, without `_payload`.';
COMMENT ON COLUMN api.event_type.merchant_payload IS
'The payload that the webhooks of merchants get. Null: they do not get this event.';
COMMENT ON COLUMN api.event_type.schema IS 'The JSON Schema of `data` in the log.';
COMMENT ON COLUMN api.event_type.example IS 'An example of `data`.';
CREATE TYPE api.event_type_page AS (data api.event_type[], next_cursor text);

CREATE FUNCTION api.list_event_types()
RETURNS api.event_type_page
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    ARRAY(
        SELECT ROW(t.type, t.description, t.payload, t.merchant_payload,
                   jsonb_build_object('$ref', '/openapi.json#/components/schemas/' || t.payload || '_payload'),
                   t.example)::api.event_type
        FROM messaging.event_types() AS t ORDER BY t.type),
    NULL)::api.event_type_page;

COMMENT ON FUNCTION api.list_event_types IS
'List the types of events

Every type, with what it means, the JSON Schema of its `data` and an example. In webhooks `data` also has the order and
the account; see `webhooks` in the OpenAPI document.

Lists of types, of a webhook endpoint or of `GET /events`, may name a type (`order.paid`), all types of a thing
(`order.*`) or everything (`*`). A new version of the shop may add types: with wildcards you receive them, so ignore
those that you do not know. Attributes are added too, but never removed or given another meaning.';

GRANT EXECUTE ON FUNCTION api.list_event_types TO app_anonymous;
