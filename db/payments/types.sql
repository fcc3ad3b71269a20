-- Types of the endpoints in db/payments/api: what a client sends and what it gets.

CREATE DOMAIN api.refund_status AS text
    CONSTRAINT refund_status_unknown CHECK (VALUE = ANY (ARRAY['pending', 'completed', 'failed']));
COMMENT ON DOMAIN api.refund_status IS 'The status of a refund.';

CREATE DOMAIN api.dispute_status AS text
    CONSTRAINT dispute_status_unknown CHECK (VALUE = ANY (ARRAY[
        'warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review',
        'appeal_needs_response', 'appeal_under_review', 'won', 'lost', 'prevented', 'unknown']));
COMMENT ON DOMAIN api.dispute_status IS 'The status of a dispute at the gateway; unknown: look it up there.';

CREATE DOMAIN api.dispute_filter AS text
    CONSTRAINT dispute_filter_unknown CHECK (VALUE = ANY (ARRAY[
        'open', 'warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review',
        'appeal_needs_response', 'appeal_under_review', 'won', 'lost', 'prevented', 'unknown']));
COMMENT ON DOMAIN api.dispute_filter IS 'A status of disputes; open: every one that has not ended.';

-- A bound of the length within the pattern would make it five times as slow.
CREATE DOMAIN api.provider AS text
    CONSTRAINT provider_malformed CHECK (char_length(VALUE) <= 40 AND VALUE ~ '^[a-z][a-z0-9_]*$');
COMMENT ON DOMAIN api.provider IS 'A way of paying: a gateway, or one that the shop itself keeps.';

CREATE DOMAIN api.provider_kind AS text
    CONSTRAINT provider_kind_unknown CHECK (VALUE = ANY (ARRAY['gateway', 'internal', 'manual']));
COMMENT ON DOMAIN api.provider_kind IS
'gateway: the payer pays there; internal: from a balance in the shop; manual: customer service confirms it.';

CREATE DOMAIN api.capture_method AS text
    CONSTRAINT capture_method_unknown CHECK (VALUE = ANY (ARRAY['automatic', 'manual']));
COMMENT ON DOMAIN api.capture_method IS
'automatic: the money is taken at once; manual: it is authorised, and captured by customer service.';

CREATE DOMAIN api.payment_purpose AS text
    CONSTRAINT payment_purpose_unknown CHECK (VALUE = ANY (ARRAY['order', 'deposit']));
COMMENT ON DOMAIN api.payment_purpose IS 'order: it pays an order; deposit: it fills the wallet.';

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
'The gateway''s word, or what became of its review: review_opened, review_approved, review_refunded. Null where
there is none.';

CREATE TYPE api.payment_provider AS (
    name api.provider, kind api.provider_kind, enabled boolean, capture_method api.capture_method, title text,
    manual_capture boolean
);
COMMENT ON COLUMN api.payment_provider.title IS 'For people.';
COMMENT ON COLUMN api.payment_provider.manual_capture IS 'Whether it can authorise a payment before it is captured.';

CREATE TYPE api.payment_provider_page AS (data api.payment_provider[], next_cursor text);

CREATE TYPE api.payment_instructions AS (
    iban text, bic text, holder text, reference text, amount bigint, currency api.currency
);
COMMENT ON COLUMN api.payment_instructions.bic IS 'Null: the shop has not stated it.';
COMMENT ON COLUMN api.payment_instructions.reference IS
'A creditor reference (ISO 11649), to be given with the transfer.';

CREATE TYPE api.payment AS (
    id uuid, order_id uuid, purpose api.payment_purpose, provider api.provider, status api.attempt_status,
    amount bigint, currency api.stored_currency, capture_method api.capture_method, amount_captured bigint,
    amount_refunded bigint, fee bigint, fee_currency api.any_currency, provider_reference text, checkout_url text,
    return_url text, instructions api.payment_instructions, risk api.payment_risk, failure_code text,
    expires_at timestamptz, version bigint, created_at timestamptz, approval_id uuid
);
COMMENT ON COLUMN api.payment.order_id IS 'Null: it is a deposit.';
COMMENT ON COLUMN api.payment.provider_reference IS
'The gateway''s id, masked but for its last four characters. Null until the gateway has given one.';
COMMENT ON COLUMN api.payment.checkout_url IS
'The gateway''s page where the customer pays. Null unless the payment is open there; only its payer sees it.';
COMMENT ON COLUMN api.payment.return_url IS
'Where the payer returns to after the gateway. Null: to the shop''s own page.';
COMMENT ON COLUMN api.payment.instructions IS
'For a bank transfer. Null unless it is open, and the seller has an IBAN.';
COMMENT ON COLUMN api.payment.failure_code IS
'Why it failed, as a code such as card_declined. Null unless it failed.';
COMMENT ON COLUMN api.payment.expires_at IS 'When it ends if nothing happens. Null once it has ended.';
COMMENT ON COLUMN api.payment.approval_id IS
'What a second person has to approve. Null unless it waits for its confirmation by one; only staff see it.';
COMMENT ON COLUMN api.payment.fee IS 'What the gateway has kept of it, as far as its books have been compared.';
COMMENT ON COLUMN api.payment.fee_currency IS
'That of the gateway''s account, in which it keeps its fee. Null until its books have been compared.';

CREATE TYPE api.payment_page AS (data api.payment[], next_cursor text);

CREATE TYPE api.payment_answer AS (payment api.payment, checkout_url text);
COMMENT ON COLUMN api.payment_answer.checkout_url IS
'Where to send the payer. Null: there is no page at which to pay.';

CREATE TYPE api.refund_line AS (order_item_id uuid, quantity api.quantity, product_id uuid);
COMMENT ON COLUMN api.refund_line.product_id IS
'Optional. Of a bundle line: pieces of this component instead of whole bundles.';

CREATE DOMAIN api.refund_lines AS api.refund_line[] CONSTRAINT refund_too_long CHECK (cardinality(VALUE) <= 1000);
COMMENT ON DOMAIN api.refund_lines IS 'At most 1,000 lines.';

CREATE TYPE api.refund_item AS (order_item_id uuid, product_id uuid, quantity integer, amount bigint);
COMMENT ON COLUMN api.refund_item.order_item_id IS 'Null: it is the shipping.';
COMMENT ON COLUMN api.refund_item.product_id IS
'Of pieces of one component of a bundle line. Null: whole pieces of the line, or the shipping.';

CREATE DOMAIN api.settlement_method AS text CONSTRAINT settlement_method_unknown
    CHECK (VALUE = ANY (ARRAY['bank_transfer', 'wallet', 'credit', 'cash']));
COMMENT ON DOMAIN api.settlement_method IS 'How a refund that the gateway could not make reaches the payer.';

CREATE TYPE api.refund AS (
    id uuid, payment_id uuid, order_id uuid, status api.refund_status, amount bigint, currency api.any_currency,
    reason text, items api.refund_item[], failure_code text, retry_of uuid, settled_by api.settlement_method,
    settled_reference text, created_at timestamptz, approval_id uuid
);
COMMENT ON COLUMN api.refund.order_id IS 'Null: a deposit is refunded.';
COMMENT ON COLUMN api.refund.items IS 'Empty for a refund of a deposit, or of an amount that no order has.';
COMMENT ON COLUMN api.refund.failure_code IS 'Why it failed, as a code. Null unless it failed.';
COMMENT ON COLUMN api.refund.retry_of IS 'The failed refund that is repeated. Null: it repeats none.';
COMMENT ON COLUMN api.refund.settled_by IS 'Null unless the gateway could not make it, and it was settled otherwise.';
COMMENT ON COLUMN api.refund.settled_reference IS 'Of the transfer or the receipt. Null unless it was settled so.';
COMMENT ON COLUMN api.refund.approval_id IS
'What a second person has to approve. Null unless it is made by hand and waits for that; only staff see it.';

CREATE TYPE api.refund_page AS (data api.refund[], next_cursor text);

CREATE TYPE api.dispute AS (
    id uuid, payment_id uuid, order_id uuid, status api.dispute_status, amount bigint, currency api.any_currency,
    reason text, refund_id uuid, closed_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.dispute.payment_id IS 'Null until the payment is known.';
COMMENT ON COLUMN api.dispute.order_id IS 'Null until the payment is known, or if it is a deposit.';
COMMENT ON COLUMN api.dispute.currency IS 'Null: the gateway has not said it, and the payment is not known.';
COMMENT ON COLUMN api.dispute.reason IS 'The gateway''s word. Null where it has none.';
COMMENT ON COLUMN api.dispute.refund_id IS 'What the payer got back by it. Null: nothing so far.';
COMMENT ON COLUMN api.dispute.closed_at IS 'Null until it has ended.';

CREATE TYPE api.dispute_page AS (data api.dispute[], next_cursor text);

CREATE DOMAIN api.payout_status AS text
    CONSTRAINT payout_status_unknown CHECK (VALUE = ANY (ARRAY['pending', 'completed', 'failed']));
COMMENT ON DOMAIN api.payout_status IS 'The status of a payout.';

CREATE DOMAIN api.payout_source AS text
    CONSTRAINT payout_source_unknown CHECK (VALUE = ANY (ARRAY['wallet', 'earnings']));
COMMENT ON DOMAIN api.payout_source IS 'The source of a payout: a customer''s wallet or a merchant''s earnings.';

CREATE TYPE api.payout AS (
    id uuid, account_id uuid, source api.payout_source, status api.payout_status, amount bigint,
    currency api.currency, provider_reference text, failure_code text, completed_at timestamptz,
    created_at timestamptz
);
COMMENT ON COLUMN api.payout.provider_reference IS
'Of the transfer, masked but for its last four characters. Null until it is made.';
COMMENT ON COLUMN api.payout.failure_code IS
'Why it failed, as a code such as account_closed. Null unless it failed.';
COMMENT ON COLUMN api.payout.completed_at IS 'Null until it is completed.';

CREATE TYPE api.payout_page AS (data api.payout[], next_cursor text);

CREATE TYPE api.bank_account AS (id uuid, iban text, bic text, holder text, created_at timestamptz);
COMMENT ON COLUMN api.bank_account.iban IS 'Masked: the country and the last four characters.';
COMMENT ON COLUMN api.bank_account.bic IS 'Null: it was not given.';

CREATE TYPE api.outgoing_transfer AS (
    payout_id uuid, source api.payout_source, holder text, iban text, bic text, minor_amount bigint, amount text,
    currency api.currency
);
COMMENT ON COLUMN api.outgoing_transfer.bic IS 'Null: it was not given.';
COMMENT ON COLUMN api.outgoing_transfer.amount IS 'In units of the currency, such as 12.50.';

CREATE DOMAIN api.payout_format AS text
    CONSTRAINT payout_format_unknown CHECK (VALUE = ANY (ARRAY['csv', 'pain001']));
COMMENT ON DOMAIN api.payout_format IS 'The format of the file: csv, or pain001 (ISO 20022 pain.001).';

CREATE TYPE api.payout_file AS (
    format api.payout_format, debtor_name text, debtor_iban text, currency api.currency, execution_date date,
    transfers api.outgoing_transfer[]
);
COMMENT ON COLUMN api.payout_file.debtor_iban IS 'Null: the seller has none.';
COMMENT ON COLUMN api.payout_file.currency IS 'Of the first transfer. Null: there is none.';

CREATE DOMAIN api.difference_status AS text
    CONSTRAINT difference_status_unknown CHECK (VALUE = ANY (ARRAY['open', 'explained']));
COMMENT ON DOMAIN api.difference_status IS 'Whether a difference is open or explained.';

CREATE DOMAIN api.difference_kind AS text CONSTRAINT difference_kind_unknown
    CHECK (VALUE = ANY (ARRAY['captured', 'refunded', 'disputed', 'fee', 'unknown_payment', 'unknown_event',
                              'unknown_movement']));
COMMENT ON DOMAIN api.difference_kind IS
'What differs of a payment; or a charge, a callback or an entry of the gateway''s books that is none of ours.';

CREATE TYPE api.reconciliation_difference AS (
    id uuid, provider api.provider, kind api.difference_kind, status api.difference_status, payment_id uuid,
    order_id uuid, ours bigint, theirs bigint, currency api.any_currency, reference text, reason text,
    explained_by uuid, explained_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.reconciliation_difference.payment_id IS 'Null: it belongs to none of our payments.';
COMMENT ON COLUMN api.reconciliation_difference.order_id IS 'Null if there is no payment, or it is a deposit.';
COMMENT ON COLUMN api.reconciliation_difference.ours IS 'The amount in our books. Null: a callback has none.';
COMMENT ON COLUMN api.reconciliation_difference.theirs IS
'The amount in the gateway''s books. Null: a callback has none, or one that is not known.';
COMMENT ON COLUMN api.reconciliation_difference.currency IS 'Null: a callback has none, or one that is not known.';
COMMENT ON COLUMN api.reconciliation_difference.reference IS
'The gateway''s: of a charge that is none of ours, of a callback, or of an entry of its books. Null where
`payment_id` says it.';
COMMENT ON COLUMN api.reconciliation_difference.reason IS 'Null while it is open.';
COMMENT ON COLUMN api.reconciliation_difference.explained_by IS
'Null while it is open; in an explained difference: the books agree again.';
COMMENT ON COLUMN api.reconciliation_difference.explained_at IS 'Null while it is open.';

CREATE TYPE api.reconciliation_difference_page AS (data api.reconciliation_difference[], next_cursor text);

CREATE DOMAIN api.reconciliation_status AS text CONSTRAINT reconciliation_status_unknown
    CHECK (VALUE = ANY (ARRAY['reading', 'comparing', 'completed', 'not_available']));
COMMENT ON DOMAIN api.reconciliation_status IS
'reading: the gateway''s books are read; comparing: payments are; not_available: the gateway shows no books.';

CREATE TYPE api.reconciliation_run AS (
    id uuid, provider api.provider, status api.reconciliation_status, since timestamptz, until timestamptz,
    read bigint, checked bigint, booked bigint, completed_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.reconciliation_run.read IS 'Entries of the gateway''s books.';
COMMENT ON COLUMN api.reconciliation_run.checked IS 'Payments that were compared.';
COMMENT ON COLUMN api.reconciliation_run.booked IS 'Payments that were mended.';
COMMENT ON COLUMN api.reconciliation_run.completed_at IS 'Null until it is completed.';

CREATE TYPE api.reconciliation_run_page AS (data api.reconciliation_run[], next_cursor text);

-- An entry of a gateway's books: store_gateway_movements, reconcile_payment.
CREATE TYPE api.gateway_movement AS (
    id text, kind text, amount bigint, currency text, moved_at timestamptz, payment_id uuid, charge_reference text,
    fee bigint, fee_currency text, case_reference text, refund_id text, status text, reason text,
    settled_amount bigint, settled_currency text
);
