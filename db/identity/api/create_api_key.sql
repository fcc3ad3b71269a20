-- Creates an API key, which only this answer contains.
-- Locks:  the account.
-- Errors: confirmation_required, session_required 403; too_many_api_keys 409; api_key_expiry_past 422;
--         too_many_attempts 429.
CREATE DOMAIN api.api_key_scope AS text CONSTRAINT api_key_scope_unknown
    CHECK (VALUE = ANY (ARRAY[
        'identity:read', 'identity:write', 'catalog:read', 'catalog:write', 'sales:read', 'sales:write',
        'payments:read', 'payments:write', 'ledger:read', 'ledger:write', 'fulfilment:read', 'fulfilment:write',
        'billing:read', 'billing:write', 'messaging:read', 'messaging:write', 'report:read', 'report:write']));
COMMENT ON DOMAIN api.api_key_scope IS
'What a key may do: a domain, and whether it may only read. Writing includes reading.';
CREATE DOMAIN api.api_key_scopes AS api.api_key_scope[] CONSTRAINT api_key_scopes_out_of_range
    CHECK (cardinality(VALUE) >= 1 AND cardinality(VALUE) <= 18);
COMMENT ON DOMAIN api.api_key_scopes IS 'At least one scope. Each operation names the one that it needs.';
CREATE DOMAIN api.api_key_role AS text CONSTRAINT api_key_role_unknown
    CHECK (VALUE = ANY (ARRAY['merchant', 'admin']));
COMMENT ON DOMAIN api.api_key_role IS
'The role that its creator had. The key acts with it, or with the role of the account if that has become lower.';
CREATE TYPE api.api_key AS (
    id uuid, name text, role api.api_key_role, scopes api.api_key_scope[], hint text, key text, expires_at timestamptz,
    last_used_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.api_key.hint IS 'The beginning and the end of the key.';
COMMENT ON COLUMN api.api_key.key IS 'The key. Null in every answer but the one that creates it.';
COMMENT ON COLUMN api.api_key.expires_at IS 'From when on it is refused. Null where it does not expire.';
COMMENT ON COLUMN api.api_key.last_used_at IS
'When it was used last, give or take a minute. Null until it is used.';
CREATE TYPE api.api_key_page AS (data api.api_key[], next_cursor text);

CREATE FUNCTION api.create_api_key(name api.short_text, scopes api.api_key_scopes, expires_at timestamptz DEFAULT NULL)
RETURNS api.api_key
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_made     record;
    v_rendered api.api_key;
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.require_fresh();
    SELECT m.made, m.key INTO STRICT v_made
    FROM identity.create_api_key(create_api_key.name, create_api_key.scopes::text[], create_api_key.expires_at) AS m;
    v_rendered := api.render_api_key(v_made.made);
    v_rendered.key := v_made.key;
    RETURN v_rendered;
END $$;

COMMENT ON FUNCTION api.create_api_key IS
'Create an API key

A credential for a machine: send it as `Authorization: Bearer <key>`. Only this answer contains the `key`; store it as
you store a password. It acts for you, with your role, in the operations whose scope it has (`x-scope`; `write` includes
`read`), until it expires or is revoked. Operations without a scope, and those that ask for a confirmed
session, refuse keys (403 `session_required`): log-ins, passwords, API keys, bank accounts, and what staff do with money
and rights. Ending your sessions or changing your password does not revoke keys; a password that is reset by mail does.
An account can have fifty.';

GRANT EXECUTE ON FUNCTION api.create_api_key TO app_merchant;
