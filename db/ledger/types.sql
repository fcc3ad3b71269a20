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

CREATE TYPE api.currency_balance AS (currency text, balance bigint, held bigint, available bigint);

CREATE TYPE api.wallet AS (balances api.currency_balance[], locked boolean);

CREATE TYPE api.customer_wallet AS (
    account_id uuid, balances api.currency_balance[], locked boolean, lock_reason text, locked_by uuid,
    locked_at timestamptz
);

CREATE TYPE api.credit AS (account_id uuid, balances api.currency_balance[]);

CREATE TYPE api.earnings_balance AS (currency text, balance bigint, pending bigint, held bigint, available bigint);

CREATE TYPE api.merchant_balance AS (balances api.earnings_balance[]);

CREATE TYPE api.transaction AS (
    id uuid, kind text, amount bigint, currency text, balance_before bigint, balance_after bigint, order_id uuid,
    reason text, metadata jsonb, actor_id uuid, created_at timestamptz
);

CREATE TYPE api.transaction_page AS (data api.transaction[], next_cursor text);

CREATE TYPE api.credit_change AS (
    id uuid, kind text, account_id uuid, amount bigint, currency text, reason text, metadata jsonb, status text,
    requested_by uuid, decided_by uuid, decided_at timestamptz, transfer_id uuid, gift_card_id uuid, payment_id uuid,
    refund_id uuid, created_at timestamptz
);
COMMENT ON COLUMN api.credit_change.kind IS
'grant or deduction of credit; gift_card that was issued; deposit, payment (of an order without anything to ship)
or refund that was confirmed or made by hand.';
COMMENT ON COLUMN api.credit_change.account_id IS 'Whose credit, deposit, payment or refund; null for a gift card.';

CREATE TYPE api.credit_change_page AS (data api.credit_change[], next_cursor text);

CREATE TYPE api.gift_card AS (
    id uuid, code text, last_four text, amount bigint, currency text, status text, expires_at timestamptz,
    issued_by uuid, redeemed_by uuid, redeemed_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.gift_card.code IS 'Only in the answer that issues the card: it is not stored.';

CREATE TYPE api.gift_card_page AS (data api.gift_card[], next_cursor text);

CREATE TYPE api.currency_limits AS (
    currency text, deposit_minimum bigint, deposit_maximum bigint, balance_maximum bigint, withdrawal_minimum bigint,
    credit_approval_above bigint
);

CREATE TYPE api.currency_limits_page AS (data api.currency_limits[], next_cursor text);
