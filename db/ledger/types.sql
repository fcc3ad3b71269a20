-- Types of the endpoints in db/ledger/api: what a client sends and what it gets.

CREATE DOMAIN api.credit_status AS text
    CONSTRAINT credit_status_unknown CHECK (VALUE = ANY (ARRAY['pending', 'completed', 'rejected']));
COMMENT ON DOMAIN api.credit_status IS 'The status of a change of credit.';

CREATE DOMAIN api.credit_decision AS text
    CONSTRAINT credit_decision_unknown CHECK (VALUE = ANY (ARRAY['approve', 'reject']));
COMMENT ON DOMAIN api.credit_decision IS 'The decision of the second person.';

CREATE DOMAIN api.gift_card_status AS text
    CONSTRAINT gift_card_status_unknown
    CHECK (VALUE = ANY (ARRAY['active', 'redeemed', 'expired', 'pending', 'rejected']));
COMMENT ON DOMAIN api.gift_card_status IS 'The status of a gift card.';

CREATE DOMAIN api.gift_card_code AS text
    CONSTRAINT gift_card_code_length CHECK (VALUE IS NFC NORMALIZED AND char_length(VALUE) >= 1
                                            AND char_length(VALUE) <= 64);
COMMENT ON DOMAIN api.gift_card_code IS
'The code of a gift card, 1 to 64 characters. Case, dashes and spaces do not matter.';

CREATE TYPE api.currency_balance AS (currency api.any_currency, balance bigint, held bigint, available bigint);

CREATE TYPE api.wallet AS (balances api.currency_balance[], locked boolean);

CREATE TYPE api.customer_wallet AS (
    account_id uuid, balances api.currency_balance[], locked boolean, lock_reason text, locked_by uuid,
    locked_at timestamptz
);
COMMENT ON COLUMN api.customer_wallet.lock_reason IS 'Null unless it is locked.';
COMMENT ON COLUMN api.customer_wallet.locked_by IS 'Null unless it is locked.';
COMMENT ON COLUMN api.customer_wallet.locked_at IS 'Null unless it is locked.';

CREATE TYPE api.credit AS (account_id uuid, balances api.currency_balance[]);

CREATE TYPE api.earnings_balance AS (
    currency api.currency, balance bigint, pending bigint, held bigint, available bigint
);

CREATE TYPE api.merchant_balance AS (balances api.earnings_balance[]);

CREATE DOMAIN api.transaction_kind AS text CONSTRAINT transaction_kind_unknown
    CHECK (VALUE = ANY (ARRAY[
        'deposit', 'deposit_refund', 'deposit_refund_reversed', 'payment', 'unapplied', 'refund', 'refund_reversed',
        'refund_returned', 'refund_unapplied', 'refund_unapplied_reversed', 'payout', 'withdrawal', 'grant',
        'deduction', 'gift_card', 'earnings', 'earnings_returned', 'earnings_returned_reversed', 'dispute']));
COMMENT ON DOMAIN api.transaction_kind IS
'What moved money; unapplied: what no order took; _returned: of a refund, or one that came back; _reversed: undone.';

CREATE TYPE api.transaction AS (
    id uuid, kind api.transaction_kind, amount bigint, currency api.any_currency, balance_before bigint,
    balance_after bigint, order_id uuid, reason text, metadata api.any_object, actor_id uuid, created_at timestamptz
);
COMMENT ON COLUMN api.transaction.amount IS 'Below zero: taken out.';
COMMENT ON COLUMN api.transaction.balance_before IS 'Null in earnings, which keep no running balance.';
COMMENT ON COLUMN api.transaction.balance_after IS 'Null in earnings, which keep no running balance.';
COMMENT ON COLUMN api.transaction.order_id IS 'Null: it belongs to no order.';
COMMENT ON COLUMN api.transaction.reason IS 'What customer service wrote. Null: nothing.';
COMMENT ON COLUMN api.transaction.metadata IS 'What customer service noted. Null: nothing; only staff see it.';
COMMENT ON COLUMN api.transaction.actor_id IS
'The account that acted. Null: none did, or it is not yours; staff see all of them.';

CREATE TYPE api.transaction_page AS (data api.transaction[], next_cursor text);

CREATE DOMAIN api.credit_change_kind AS text CONSTRAINT credit_change_kind_unknown
    CHECK (VALUE = ANY (ARRAY['grant', 'deduction', 'gift_card', 'deposit', 'payment', 'refund']));
COMMENT ON DOMAIN api.credit_change_kind IS
'grant or deduction of credit; a gift_card; a deposit, payment or refund that was confirmed or made by hand.';

CREATE TYPE api.credit_change AS (
    id uuid, kind api.credit_change_kind, account_id uuid, amount bigint, currency api.currency, reason text,
    metadata api.any_object, status api.credit_status, requested_by uuid, decided_by uuid, decided_at timestamptz,
    transfer_id uuid, gift_card_id uuid, payment_id uuid, refund_id uuid, created_at timestamptz
);
COMMENT ON COLUMN api.credit_change.account_id IS 'Whose credit, deposit, payment or refund. Null: it is a gift card.';
COMMENT ON COLUMN api.credit_change.decided_by IS 'Null unless a second person has decided.';
COMMENT ON COLUMN api.credit_change.decided_at IS 'Null unless a second person has decided.';
COMMENT ON COLUMN api.credit_change.transfer_id IS 'The transaction. Null unless it is a completed grant or deduction.';
COMMENT ON COLUMN api.credit_change.gift_card_id IS 'Null unless it is a gift card.';
COMMENT ON COLUMN api.credit_change.payment_id IS 'Null unless it is a deposit or a payment.';
COMMENT ON COLUMN api.credit_change.refund_id IS 'Null unless it is a refund.';

CREATE TYPE api.credit_change_page AS (data api.credit_change[], next_cursor text);

CREATE TYPE api.gift_card AS (
    id uuid, code text, last_four text, amount bigint, currency api.currency, status api.gift_card_status,
    expires_at timestamptz, issued_by uuid, redeemed_by uuid, redeemed_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.gift_card.code IS 'Null but in the answer that issues the card: it is not stored.';
COMMENT ON COLUMN api.gift_card.last_four IS 'Of the code.';
COMMENT ON COLUMN api.gift_card.expires_at IS 'Null: never.';
COMMENT ON COLUMN api.gift_card.issued_by IS 'Null: only staff see it.';
COMMENT ON COLUMN api.gift_card.redeemed_by IS 'Null until it is redeemed.';
COMMENT ON COLUMN api.gift_card.redeemed_at IS 'Null until it is redeemed.';

CREATE TYPE api.gift_card_page AS (data api.gift_card[], next_cursor text);

CREATE TYPE api.currency_limits AS (
    currency api.currency, deposit_minimum bigint, deposit_maximum bigint, balance_maximum bigint,
    withdrawal_minimum bigint, credit_approval_above bigint
);
COMMENT ON COLUMN api.currency_limits.credit_approval_above IS
'What one member of staff may give at once; more needs the approval of a second.';

CREATE TYPE api.currency_limits_page AS (data api.currency_limits[], next_cursor text);
