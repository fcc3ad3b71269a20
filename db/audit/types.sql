-- Types of the endpoints in db/audit/api: what a client sends and what it gets.

CREATE TYPE api.invariant AS (name text, ok boolean, detail text);

CREATE TYPE api.invariants AS (ok boolean, checks api.invariant[]);

-- All kinds of security events. Add a kind here when a function records one; never take one away while rows have it.
CREATE DOMAIN api.security_event_kind AS text CONSTRAINT security_event_kind_unknown
    CHECK (VALUE = ANY (ARRAY[
        'log_in', 'log_in_failed', 'session_ended', 'refresh_token_reused', 'session_confirmed', 'access_refused',
        'token_refused', 'throttled', 'token_issued', 'acted_for', 'payment_marked',
        'password_changed', 'password_reset_asked', 'password_reset', 'email_change_asked', 'email_changed',
        'second_factor_changed', 'account_closed', 'role_changed', 'status_changed', 'merchant_approved',
        'bank_account_changed', 'api_key_changed', 'webhook_endpoint_changed',
        'signing_key_added', 'signing_key_retired', 'signing_key_removed', 'secret_changed', 'sql_role_made',
        'sql_role_dropped',
        'issuer_trusted', 'issuer_removed', 'settings_changed', 'provider_changed', 'data_exported',
        'payouts_exported', 'products_exported']));
COMMENT ON DOMAIN api.security_event_kind IS 'What happened.';

CREATE TYPE api.security_event_detail AS (
    code text, operation text, reason text, name text, "from" text, "to" text, fields text[]
);
COMMENT ON COLUMN api.security_event_detail.code IS
'The error code of what was refused. Null unless it was a refusal.';
COMMENT ON COLUMN api.security_event_detail.operation IS
'The operation that was refused. Null unless it was a refusal.';
COMMENT ON COLUMN api.security_event_detail.reason IS
'How or why, such as the way of a log-in. too_many: more refusals than are stored one by one. Null: unknown.';
COMMENT ON COLUMN api.security_event_detail.name IS
'The key, provider, role, payment or format that it concerns. Null: none.';
COMMENT ON COLUMN api.security_event_detail."from" IS 'The value before. Null: there was none, or it is not stored.';
COMMENT ON COLUMN api.security_event_detail."to" IS 'The value after. Null: there is none, or it is not stored.';
COMMENT ON COLUMN api.security_event_detail.fields IS 'The settings that changed; empty if it is about none.';

CREATE TYPE api.security_event AS (
    id uuid, kind api.security_event_kind, account_id uuid, actor_id uuid, session_id uuid,
    api_key_id uuid, db_role text, request_id text, ip_address text, user_agent text,
    detail api.security_event_detail, occurrences bigint, created_at timestamptz
);
COMMENT ON COLUMN api.security_event.account_id IS 'The account that it concerns. Null: none, or none that is known.';
COMMENT ON COLUMN api.security_event.actor_id IS
'The account that did it. Null: a person who was not logged in, a service of the shop, or a DBA (see db_role).';
COMMENT ON COLUMN api.security_event.session_id IS 'The session that it concerns. Null: none.';
COMMENT ON COLUMN api.security_event.api_key_id IS 'The API key that did it. Null: it was none.';
COMMENT ON COLUMN api.security_event.db_role IS 'The database role that was connected.';
COMMENT ON COLUMN api.security_event.request_id IS 'The request that it happened in. Null: it was not a request.';
COMMENT ON COLUMN api.security_event.ip_address IS
'The client''s address as the web tier saw it; only its network once the account is closed. Null: no client did it.';
COMMENT ON COLUMN api.security_event.user_agent IS
'What the client called itself. Null: no client did it, or it sent no name, or the account is closed.';
COMMENT ON COLUMN api.security_event.occurrences IS
'How often it happened within a few seconds; above 1 for refusals only.';

CREATE TYPE api.security_event_page AS (data api.security_event[], next_cursor text);

-- A refusal as the web tier reports it. email or token lead to the account and are not stored.
CREATE TYPE api.refusal AS (
    operation text, code text, status integer, client_address text, user_agent text, request_id text, email text,
    token text, occurrences integer
);
