-- Types of the endpoints in db/payments/api: what a client sends and what it gets.

CREATE DOMAIN api.refund_status AS text
    CONSTRAINT refund_status_unknown CHECK (VALUE = ANY (ARRAY['pending', 'completed', 'failed']));
COMMENT ON DOMAIN api.refund_status IS 'The status of a refund.';

CREATE DOMAIN api.dispute_status AS text
    CONSTRAINT dispute_status_unknown CHECK (VALUE = ANY (ARRAY['open', 'won', 'lost']));
COMMENT ON DOMAIN api.dispute_status IS 'The status of a dispute.';

CREATE DOMAIN api.attempt_status AS text CONSTRAINT attempt_status_unknown CHECK (
    VALUE = ANY (ARRAY[
        'initiated', 'open', 'processing', 'authorized', 'completed', 'failed', 'expired', 'cancelled'
    ]));
COMMENT ON DOMAIN api.attempt_status IS 'The status of a payment.';

CREATE DOMAIN api.risk_level AS text
    CONSTRAINT risk_level_unknown CHECK (VALUE = ANY (ARRAY['unknown', 'normal', 'elevated', 'highest']));
COMMENT ON DOMAIN api.risk_level IS 'How risky the gateway finds a payment; unknown: it has not said.';

CREATE TYPE api.payment_risk AS (level api.risk_level, reason text);
COMMENT ON COLUMN api.payment_risk.reason IS
'The gateway''s word, or what became of its review: review_opened, review_approved, review_refunded …';

CREATE TYPE api.payment_provider AS (
    name text, kind text, enabled boolean, capture_method text, title text, manual_capture boolean
);

CREATE TYPE api.payment AS (
    id uuid, order_id uuid, purpose text, provider text, status text, amount bigint, currency text,
    capture_method text, amount_captured bigint, amount_refunded bigint, provider_reference text, checkout_url text,
    risk api.payment_risk, failure_code text, expires_at timestamptz, version bigint, created_at timestamptz
);

CREATE TYPE api.payment_page AS (data api.payment[], next_cursor text);

CREATE TYPE api.payment_answer AS (payment api.payment, checkout_url text);

CREATE TYPE api.refund_line AS (order_item_id uuid, quantity api.quantity, product_id uuid);
COMMENT ON COLUMN api.refund_line.product_id IS
'Optional. Of a bundle line: pieces of this component instead of whole bundles.';

CREATE TYPE api.refund_item AS (order_item_id uuid, product_id uuid, quantity integer, amount bigint);

CREATE TYPE api.refund AS (
    id uuid, payment_id uuid, order_id uuid, status text, amount bigint, currency text, reason text,
    items api.refund_item[], failure_code text, retry_of uuid, created_at timestamptz
);

CREATE TYPE api.refund_page AS (data api.refund[], next_cursor text);

CREATE TYPE api.dispute AS (
    id uuid, payment_id uuid, order_id uuid, status text, amount bigint, currency text, reason text, refund_id uuid,
    closed_at timestamptz, created_at timestamptz
);

CREATE TYPE api.dispute_page AS (data api.dispute[], next_cursor text);

CREATE DOMAIN api.payout_status AS text
    CONSTRAINT payout_status_unknown CHECK (VALUE = ANY (ARRAY['pending', 'completed', 'failed']));
COMMENT ON DOMAIN api.payout_status IS 'The status of a payout.';

CREATE DOMAIN api.payout_source AS text
    CONSTRAINT payout_source_unknown CHECK (VALUE = ANY (ARRAY['wallet', 'earnings']));
COMMENT ON DOMAIN api.payout_source IS 'The source of a payout: a customer''s wallet or a merchant''s earnings.';

CREATE TYPE api.payout AS (
    id uuid, account_id uuid, source text, status text, amount bigint, currency text, provider_reference text,
    failure_code text, completed_at timestamptz, created_at timestamptz
);

CREATE TYPE api.payout_page AS (data api.payout[], next_cursor text);
