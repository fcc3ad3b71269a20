-- Types of the endpoints in db/fulfilment/api: what a client sends and what it gets.

CREATE DOMAIN api.shipment_status AS text CONSTRAINT shipment_status_unknown
    CHECK (
        VALUE = ANY (ARRAY['pending', 'label_created', 'in_transit', 'delivered', 'failed', 'cancelled', 'returned'])
    );
COMMENT ON DOMAIN api.shipment_status IS 'The status of a shipment.';

CREATE DOMAIN api.tracking_number AS text
    CONSTRAINT tracking_number_malformed CHECK (VALUE IS NFC NORMALIZED
                                                AND VALUE ~ '^[A-Za-z0-9][A-Za-z0-9 ./_-]{0,63}$');
COMMENT ON DOMAIN api.tracking_number IS
'The carrier''s number of a parcel: up to 64 letters, digits, blanks, dots, dashes, slashes.
Example: "TRACK-1"';

CREATE DOMAIN api.tracking_url AS text
    CONSTRAINT tracking_url_malformed CHECK (char_length(VALUE) <= 2000 AND VALUE ~ '^https?://\S+$');
COMMENT ON DOMAIN api.tracking_url IS
'The page where a person can track the parcel: http:// or https://, at most 2,000 characters.
Example: "https://track.example/TRACK-1"';

CREATE TYPE api.shipment_line AS (order_item_id uuid, quantity api.quantity);
CREATE DOMAIN api.shipment_lines AS api.shipment_line[] CONSTRAINT shipment_too_long CHECK (cardinality(VALUE) <= 200);
COMMENT ON DOMAIN api.shipment_lines IS 'At most 200 lines.';

CREATE TYPE api.shipment_item AS (order_item_id uuid, sku text, name text, quantity integer);

CREATE TYPE api.shipment AS (
    id uuid, order_id uuid, status api.shipment_status, carrier text, tracking_number text,
    tracking_url api.tracking_url, address api.postal_address, items api.shipment_item[],
    failure_code text, shipped_at timestamptz, delivered_at timestamptz, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.shipment.carrier IS 'Null until one is known.';
COMMENT ON COLUMN api.shipment.tracking_number IS
'The carrier''s number of the parcel. Null until there is one, and once the buyer''s account is closed.';
COMMENT ON COLUMN api.shipment.tracking_url IS
'Where a person can track the parcel. Null until it is known, and once the buyer''s account is closed.';
COMMENT ON COLUMN api.shipment.address IS
'Where it goes, as it was when the order was placed. Null: the order had no address.';
COMMENT ON COLUMN api.shipment.failure_code IS 'Why it failed, for a program. Null unless its status is failed.';
COMMENT ON COLUMN api.shipment.shipped_at IS 'Null until the carrier has it.';
COMMENT ON COLUMN api.shipment.delivered_at IS 'Null until it is delivered.';

CREATE TYPE api.shipment_page AS (data api.shipment[], next_cursor text);

CREATE DOMAIN api.return_status AS text CONSTRAINT return_status_unknown
    CHECK (VALUE = ANY (ARRAY['requested', 'approved', 'rejected', 'received', 'refunded']));
COMMENT ON DOMAIN api.return_status IS 'The status of a return.';

CREATE TYPE api.return_line AS (order_item_id uuid, quantity api.quantity);
CREATE DOMAIN api.return_lines AS api.return_line[] CONSTRAINT return_too_long CHECK (cardinality(VALUE) <= 200);
COMMENT ON DOMAIN api.return_lines IS 'At most 200 lines.';

CREATE TYPE api.return_receipt AS (order_item_id uuid, quantity api.quantity_or_none, restock boolean);
COMMENT ON COLUMN api.return_receipt.quantity IS 'The number of pieces that arrived.';
COMMENT ON COLUMN api.return_receipt.restock IS 'Optional. For this line; by default as for the whole return.';
CREATE DOMAIN api.return_receipts AS api.return_receipt[] CONSTRAINT return_too_long CHECK (cardinality(VALUE) <= 200);
COMMENT ON DOMAIN api.return_receipts IS 'At most 200 lines.';

CREATE TYPE api.return_item AS (
    order_item_id uuid, sku text, name text, quantity integer, quantity_received integer, quantity_restocked integer
);
COMMENT ON COLUMN api.return_item.quantity IS 'The number of pieces that the buyer wants to return.';
COMMENT ON COLUMN api.return_item.quantity_received IS 'The number that arrived. Null until the return is received.';
COMMENT ON COLUMN api.return_item.quantity_restocked IS
'The number that can be sold again. Null until the return is received.';

CREATE TYPE api.order_return AS (
    id uuid, order_id uuid, account_id uuid, status api.return_status, reason text, rejection_reason text,
    items api.return_item[], amount bigint, currency api.currency, refund_ids uuid[], received_at timestamptz,
    refunded_at timestamptz, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.order_return.amount IS 'The amount refunded for the pieces that arrived; 0 until then.';
COMMENT ON COLUMN api.order_return.rejection_reason IS 'Null unless its status is rejected.';
COMMENT ON COLUMN api.order_return.received_at IS 'Null until it is received.';
COMMENT ON COLUMN api.order_return.refunded_at IS 'Null until it is refunded.';

CREATE TYPE api.order_return_page AS (data api.order_return[], next_cursor text);
