-- The origin of an address of http or https: scheme, host and port as browsers compare them, in lower case and without
-- the scheme's own port. NULL if the address is not written in the characters of RFC 3986, or has a user, an empty
-- port, a backslash, a space or a control character: what parsers read differently has no origin here.
-- Callers:   payments.require_return_url, api.update_settings.
CREATE OR REPLACE FUNCTION payments.origin_of(url text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_parts  CONSTANT text[] := regexp_match(
        origin_of.url,
        '^(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?'
        || '(?:[/?](?:[a-z0-9._~:/?@!$&''()*+,;=\[\]-]|%[0-9a-f]{2})*'
        || '(?:#(?:[a-z0-9._~:/?!$&''()*+,;=-]|%[0-9a-f]{2})*)?)?$',
        'i');
    v_scheme CONSTANT text := lower(v_parts[1]);
    v_port   CONSTANT integer := v_parts[3];
BEGIN
    RETURN v_scheme || '://' || lower(v_parts[2])
        || CASE WHEN v_port IS NULL OR v_port = CASE v_scheme WHEN 'https' THEN 443 ELSE 80 END THEN ''
                ELSE ':' || v_port END;
END $$;

GRANT EXECUTE ON FUNCTION payments.origin_of TO store_api;
