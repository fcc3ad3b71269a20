-- Types of the endpoints in db/identity/api: what a client sends and what it gets.

-- Characters that cannot be seen are refused: no mail would reach such an address, and it would look like another one.
CREATE DOMAIN api.email AS text CONSTRAINT email_malformed
    CHECK (char_length(VALUE) <= 254 AND VALUE IS NFC NORMALIZED
           AND VALUE ~ '^[^\s@<>()\[\],;:"\\]+@[^\s@<>()\[\],;:"\\.]+(\.[^\s@<>()\[\],;:"\\.]+)+$'
           AND VALUE !~
           '[\u0001-\u001F\u007F-\u00A0\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F'
           '\u2028-\u202F\u205F-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFF\U000E0000-\U000E0FFF]');
COMMENT ON DOMAIN api.email IS
'An e-mail address such as ada@example.com, without blanks or invisible characters, at most 254 characters.
Example: "alice@example.com"';

CREATE DOMAIN api.handle AS text
    CONSTRAINT handle_malformed CHECK (VALUE IS NFC NORMALIZED AND VALUE ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{2,29}$');
COMMENT ON DOMAIN api.handle IS
'3 to 30 letters, digits, dots, dashes or underscores; the first is a letter, digit or underscore.
Example: "alice"';

CREATE DOMAIN api.password AS text
    CONSTRAINT password_weak CHECK (char_length(VALUE) >= 8 AND char_length(VALUE) <= 64);
COMMENT ON DOMAIN api.password IS
'8 to 64 characters, not a common password, and without your e-mail or the shop''s name.';

CREATE DOMAIN api.second_factor_code AS text
    CONSTRAINT second_factor_code_malformed CHECK (VALUE ~ '^[0-9A-Za-z -]{6,40}$');
COMMENT ON DOMAIN api.second_factor_code IS 'The six digits that the authenticator app shows, or a recovery code.
Example: "123456"';

CREATE DOMAIN api.language AS text CONSTRAINT language_malformed CHECK (VALUE ~ '^[a-z]{2,3}(-[A-Z]{2})?$');
COMMENT ON DOMAIN api.language IS
'A language (BCP 47), such as en, bn or pt-BR. What the shop has no texts for in this language is in English.
Example: "en"';

CREATE DOMAIN api.tax_id_status AS text
    CONSTRAINT tax_id_status_unknown CHECK (VALUE = ANY (ARRAY['not_verified', 'valid', 'invalid', 'unavailable']));
COMMENT ON DOMAIN api.tax_id_status IS
'What is known about a tax id: only that its form is right (not_verified), or what the tax office said.';

CREATE TYPE api.tax_id_check AS (
    status api.tax_id_status, service text, name text, reference text, checked_at timestamptz
);
COMMENT ON COLUMN api.tax_id_check.service IS 'The service that answered. Null until one has.';
COMMENT ON COLUMN api.tax_id_check.name IS 'The holder''s name. Null where the service does not tell it.';
COMMENT ON COLUMN api.tax_id_check.reference IS
'The consultation number: the proof that the service was asked. Null where it gives none.';
COMMENT ON COLUMN api.tax_id_check.checked_at IS 'When the service answered. Null until it has.';

CREATE DOMAIN api.account_role AS text
    CONSTRAINT account_role_unknown CHECK (VALUE = ANY (ARRAY['guest', 'customer', 'merchant', 'support', 'admin']));
COMMENT ON DOMAIN api.account_role IS 'The role of the account, which decides what it may do. A guest has no log-in.';

CREATE DOMAIN api.account_status AS text
    CONSTRAINT account_status_unknown CHECK (VALUE = ANY (ARRAY['active', 'suspended', 'closed']));
COMMENT ON DOMAIN api.account_status IS 'Whether the account can log in.';

CREATE TYPE api.account AS (
    id uuid, email api.account_email, pending_email api.account_email, handle text, display_name text,
    role api.account_role, status api.account_status, email_verified boolean, tax_id text,
    tax_id_status api.tax_id_status, language text, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.account.email IS
'Null for a guest, for an account of an identity provider that has no verified e-mail for it, and for a closed
account.';
COMMENT ON COLUMN api.account.pending_email IS
'The e-mail that the account will have once it is confirmed. Null unless it is being changed.';
COMMENT ON COLUMN api.account.handle IS 'Null until one is chosen.';
COMMENT ON COLUMN api.account.display_name IS 'Null until one is set.';
COMMENT ON COLUMN api.account.tax_id IS 'Null for those who have told none.';
COMMENT ON COLUMN api.account.tax_id_status IS 'Null without a tax id.';
COMMENT ON COLUMN api.account.language IS
'The language of mails and documents (BCP 47): your own, or else the shop''s.';

CREATE DOMAIN api.token_type AS text CONSTRAINT token_type_unknown CHECK (VALUE = ANY (ARRAY['Bearer']));
COMMENT ON DOMAIN api.token_type IS 'How the access token is sent (RFC 6750).';

CREATE TYPE api.session AS (
    access_token text, refresh_token text, token_type api.token_type, expires_in integer, account api.account
);
COMMENT ON COLUMN api.session.access_token IS 'Null where it was asked for as a cookie.';
COMMENT ON COLUMN api.session.refresh_token IS
'Good for one POST /sessions/refresh. Null where it was asked for as a cookie.';
COMMENT ON COLUMN api.session.expires_in IS 'The lifetime of the access token in seconds.';

CREATE TYPE api.admin_account AS (
    id uuid, email api.account_email, pending_email api.account_email, handle text, display_name text,
    role api.account_role, status api.account_status, email_verified boolean, last_login_at timestamptz, tax_id text,
    tax_id_check api.tax_id_check, language text, version bigint, created_at timestamptz,
    merchant_approved_at timestamptz
);
COMMENT ON COLUMN api.admin_account.pending_email IS
'The e-mail that the account will have once it is confirmed. Null unless it is being changed.';
COMMENT ON COLUMN api.admin_account.handle IS 'Null until one is chosen.';
COMMENT ON COLUMN api.admin_account.display_name IS 'Null until one is set.';
COMMENT ON COLUMN api.admin_account.last_login_at IS 'Null before the first log-in, and once the account is closed.';
COMMENT ON COLUMN api.admin_account.tax_id IS 'Null for those who have told none.';
COMMENT ON COLUMN api.admin_account.tax_id_check IS
'What a service answered about the tax id. Null where none is to be asked about it.';
COMMENT ON COLUMN api.admin_account.language IS
'The language of mails and documents (BCP 47): the account''s own, or else the shop''s.';
COMMENT ON COLUMN api.admin_account.merchant_approved_at IS
'Since when it may be paid out. Null until it is approved.';

COMMENT ON COLUMN api.admin_account.email IS
'Null for a guest, for an account of an identity provider that has no verified e-mail for it, and for a closed
account.';

CREATE TYPE api.admin_account_page AS (data api.admin_account[], next_cursor text);

CREATE TYPE api.address AS (
    id uuid, name text, line1 text, line2 text, city text, region text, postal_code text, country api.country,
    phone text, tax_id text, tax_id_status api.tax_id_status, is_default boolean, version bigint,
    created_at timestamptz
);
COMMENT ON COLUMN api.address.line2 IS 'Null where it has no second line.';
COMMENT ON COLUMN api.address.region IS 'The code of a region (ISO 3166-2). Null where none is needed.';
COMMENT ON COLUMN api.address.postal_code IS 'Null where there is none.';
COMMENT ON COLUMN api.address.phone IS 'Null where none was told.';
COMMENT ON COLUMN api.address.tax_id IS 'Of who receives the invoice. Null where none was told for this address.';
COMMENT ON COLUMN api.address.tax_id_status IS 'Null without a tax id.';
COMMENT ON COLUMN api.address.is_default IS 'Whether it is proposed for new orders.';

CREATE TYPE api.address_page AS (data api.address[], next_cursor text);
