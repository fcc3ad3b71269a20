-- A statement's text for display: on one line, without quoted text and long numbers. Statements of the web tier have
-- neither; a statement typed at a prompt may contain a customer's address.
-- Callers:   the views of monitor.
CREATE OR REPLACE FUNCTION monitor.without_literals(query text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN btrim(left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(left(without_literals.query, 4000),
    '\$([A-Za-z_]*?)\$.*?(\$\1\$|$)', '''…''', 'g'),
    '''[^'']*(''|$)', '''…''', 'g'),
    '\m\d{6,}\M', '…', 'g'),
    '\s+', ' ', 'g'), 2000));

GRANT EXECUTE ON FUNCTION monitor.without_literals TO store_monitor;
