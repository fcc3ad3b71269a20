-- transactional: false
-- depends: 0081.variants
-- Guests: accounts without e-mail and credentials that put things into a cart, order and pay. A second time it does
-- nothing.
-- A web tier of before knows no guests: it refuses their tokens.
-- Of a run that was interrupted.
-- squawk-ignore ban-drop-constraint
ALTER TABLE identity.accounts DROP CONSTRAINT IF EXISTS account_role_unknown;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE identity.accounts ADD CONSTRAINT account_role_unknown
    CHECK (role IN ('guest', 'customer', 'merchant', 'support', 'admin')) NOT VALID;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE identity.accounts VALIDATE CONSTRAINT account_role_unknown;
-- squawk-ignore ban-drop-constraint
ALTER TABLE identity.accounts DROP CONSTRAINT IF EXISTS guest_with_profile;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE identity.accounts ADD CONSTRAINT guest_with_profile
    CHECK (role <> 'guest' OR num_nonnulls(email, pending_email, handle, display_name, tax_id) = 0) NOT VALID;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE identity.accounts VALIDATE CONSTRAINT guest_with_profile;
COMMENT ON CONSTRAINT guest_with_profile ON identity.accounts IS 'A guest has no profile.';
-- For the worker, which removes guests.
CREATE INDEX CONCURRENTLY IF NOT EXISTS accounts_guests ON identity.accounts (created_at, id) WHERE role = 'guest';

-- Null: mails about the order go to the account's e-mail.
ALTER TABLE sales.orders ADD COLUMN IF NOT EXISTS email text;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_email ON sales.orders (lower(email)) WHERE email IS NOT NULL;

-- The networks from which guests ordered, as long as those orders are unpaid.
CREATE TABLE IF NOT EXISTS sales.guest_networks (
    order_id   uuid PRIMARY KEY REFERENCES sales.orders ON DELETE CASCADE,
    network    text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX CONCURRENTLY IF NOT EXISTS guest_networks_network ON sales.guest_networks (network);

ALTER TABLE sales.settings ADD COLUMN IF NOT EXISTS guest_orders boolean NOT NULL DEFAULT true;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE sales.settings ADD COLUMN IF NOT EXISTS guest_limits_per_network integer NOT NULL DEFAULT 4;
ALTER TABLE sales.settings ADD COLUMN IF NOT EXISTS guest_data_kept interval NOT NULL DEFAULT '365 days';
-- squawk-ignore ban-drop-constraint
ALTER TABLE sales.settings DROP CONSTRAINT IF EXISTS guest_limits_per_network_out_of_range;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE sales.settings ADD CONSTRAINT guest_limits_per_network_out_of_range
    CHECK (guest_limits_per_network BETWEEN 1 AND 1000) NOT VALID;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE sales.settings VALIDATE CONSTRAINT guest_limits_per_network_out_of_range;
COMMENT ON CONSTRAINT guest_limits_per_network_out_of_range ON sales.settings IS
    'guest_limits_per_network must be between 1 and 1,000.';
COMMENT ON COLUMN sales.settings.guest_orders IS 'Whether orders can be placed without an account.';
COMMENT ON COLUMN sales.settings.guest_limits_per_network IS
    'How many times max_unpaid_orders and max_units_on_hold the unpaid orders of all guests of one network can reach.';
COMMENT ON COLUMN sales.settings.guest_data_kept IS
    'How long after a guest''s last order was finished their personal data are kept.';

-- Links in mails about orders of guests.
ALTER TABLE identity.mail_tokens ADD COLUMN IF NOT EXISTS order_id uuid;
-- squawk-ignore ban-drop-constraint
ALTER TABLE identity.mail_tokens DROP CONSTRAINT IF EXISTS mail_tokens_order;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE identity.mail_tokens ADD CONSTRAINT mail_tokens_order
    FOREIGN KEY (order_id) REFERENCES sales.orders ON DELETE CASCADE NOT VALID;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE identity.mail_tokens VALIDATE CONSTRAINT mail_tokens_order;
CREATE INDEX CONCURRENTLY IF NOT EXISTS mail_tokens_order ON identity.mail_tokens (order_id)
    WHERE order_id IS NOT NULL;
-- squawk-ignore ban-drop-constraint
ALTER TABLE identity.mail_tokens DROP CONSTRAINT IF EXISTS mail_token_purpose_unknown;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE identity.mail_tokens ADD CONSTRAINT mail_token_purpose_unknown
    CHECK (purpose IN ('email_verification', 'password_reset', 'email_change', 'order')
           AND (purpose = 'order') = (order_id IS NOT NULL)) NOT VALID;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE identity.mail_tokens VALIDATE CONSTRAINT mail_token_purpose_unknown;
