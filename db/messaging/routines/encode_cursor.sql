-- Encodes the sort key of a page's last row as opaque text, which clients send back unread.
-- Callers:   the endpoints that list.
CREATE OR REPLACE FUNCTION messaging.encode_cursor(sort_key jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN identity.encode_base64url(convert_to(encode_cursor.sort_key::text, 'UTF8'));

GRANT EXECUTE ON FUNCTION messaging.encode_cursor TO store_api;
