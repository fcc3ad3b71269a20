-- A client's address or User-Agent as it is stored: without control characters, at most `most` characters, NULL instead
-- of nothing.
-- Callers:   record_security_event, record_refusals.
CREATE OR REPLACE FUNCTION audit.clean_client(given text, most integer)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN nullif(btrim(left(regexp_replace(clean_client.given, '[[:cntrl:]]', ' ', 'g'), clean_client.most)), '');
