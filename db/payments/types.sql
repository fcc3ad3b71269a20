-- Types of the endpoints in db/payments/api: what a client sends and what it gets.

CREATE DOMAIN api.refund_status AS text
    CONSTRAINT refund_status_unknown CHECK (VALUE = ANY (ARRAY['pending', 'completed', 'failed']));
COMMENT ON DOMAIN api.refund_status IS 'The status of a refund.';

CREATE DOMAIN api.dispute_status AS text
    CONSTRAINT dispute_status_unknown CHECK (VALUE = ANY (ARRAY[
        'open', 'warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review',
        'appeal_needs_response', 'appeal_under_review', 'won', 'lost', 'prevented', 'unknown']));
COMMENT ON DOMAIN api.dispute_status IS 'The status of a dispute at the gateway; open: every one that has not ended.';

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

CREATE TYPE api.payment_instructions AS (
    iban text, bic text, holder text, reference text, amount bigint, currency text
);
COMMENT ON COLUMN api.payment_instructions.reference IS
'A creditor reference (ISO 11649), to be given with the transfer.';

CREATE TYPE api.payment AS (
    id uuid, order_id uuid, purpose text, provider text, status text, amount bigint, currency text,
    capture_method text, amount_captured bigint, amount_refunded bigint, fee bigint, fee_currency text,
    provider_reference text, checkout_url text, return_url text, instructions api.payment_instructions,
    risk api.payment_risk, failure_code text, expires_at timestamptz, version bigint, created_at timestamptz,
    approval_id uuid
);
COMMENT ON COLUMN api.payment.approval_id IS
'Of a payment whose confirmation waits for a second person: what to approve. Only staff see it.';

COMMENT ON COLUMN api.payment.fee IS 'What the gateway has kept of it, as far as its books have been compared.';
COMMENT ON COLUMN api.payment.fee_currency IS 'The currency of the gateway''s account, in which it keeps its fee.';

CREATE TYPE api.payment_page AS (data api.payment[], next_cursor text);

CREATE TYPE api.payment_answer AS (payment api.payment, checkout_url text);

CREATE TYPE api.refund_line AS (order_item_id uuid, quantity api.quantity, product_id uuid);
COMMENT ON COLUMN api.refund_line.product_id IS
'Optional. Of a bundle line: pieces of this component instead of whole bundles.';

CREATE DOMAIN api.refund_lines AS api.refund_line[] CONSTRAINT refund_too_long CHECK (cardinality(VALUE) <= 1000);
COMMENT ON DOMAIN api.refund_lines IS 'At most 1,000 lines.';

CREATE TYPE api.refund_item AS (order_item_id uuid, product_id uuid, quantity integer, amount bigint);

CREATE TYPE api.refund AS (
    id uuid, payment_id uuid, order_id uuid, status text, amount bigint, currency text, reason text,
    items api.refund_item[], failure_code text, retry_of uuid, settled_by text, settled_reference text,
    created_at timestamptz, approval_id uuid
);
COMMENT ON COLUMN api.refund.approval_id IS
'Of a refund by hand that waits for a second person: what to approve. Only staff see it.';

CREATE DOMAIN api.settlement_method AS text CONSTRAINT settlement_method_unknown
    CHECK (VALUE = ANY (ARRAY['bank_transfer', 'wallet', 'credit', 'cash']));
COMMENT ON DOMAIN api.settlement_method IS 'How a refund that the gateway could not make reaches the payer.';

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

CREATE TYPE api.bank_account AS (id uuid, iban text, bic text, holder text, created_at timestamptz);
COMMENT ON COLUMN api.bank_account.iban IS 'Masked: the country and the last four characters.';

CREATE TYPE api.outgoing_transfer AS (
    payout_id uuid, source text, holder text, iban text, bic text, minor_amount bigint, amount text, currency text
);

CREATE TYPE api.payout_file AS (
    format text, debtor_name text, debtor_iban text, currency text, execution_date date,
    transfers api.outgoing_transfer[]
);

CREATE DOMAIN api.difference_status AS text
    CONSTRAINT difference_status_unknown CHECK (VALUE = ANY (ARRAY['open', 'explained']));
COMMENT ON DOMAIN api.difference_status IS 'Whether a difference is open or explained.';

CREATE TYPE api.reconciliation_difference AS (
    id uuid, provider text, kind text, status text, payment_id uuid, order_id uuid, ours bigint, theirs bigint,
    currency text, reference text, reason text, explained_by uuid, explained_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.reconciliation_difference.reference IS
'The gateway''s: of a charge that is none of ours, of a callback, or of an entry of its books.';
COMMENT ON COLUMN api.reconciliation_difference.explained_by IS
'Null in an explained difference: the books agree again.';

CREATE TYPE api.reconciliation_difference_page AS (data api.reconciliation_difference[], next_cursor text);

CREATE TYPE api.reconciliation_run AS (
    id uuid, provider text, status text, since timestamptz, until timestamptz, read bigint, checked bigint,
    booked bigint, completed_at timestamptz, created_at timestamptz
);

CREATE TYPE api.reconciliation_run_page AS (data api.reconciliation_run[], next_cursor text);

-- An entry of a gateway's books: store_gateway_movements, reconcile_payment.
CREATE TYPE api.gateway_movement AS (
    id text, kind text, amount bigint, currency text, moved_at timestamptz, payment_id uuid, charge_reference text,
    fee bigint, fee_currency text, case_reference text, refund_id text, status text, reason text,
    settled_amount bigint, settled_currency text
);
