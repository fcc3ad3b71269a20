-- A statement as it may be shown: on one line, without what was quoted in it and without long numbers. What the web
-- tier sends has neither; what a person types at a prompt may hold a customer's address.
-- Called by: views of monitor.
CREATE OR REPLACE FUNCTION monitor.without_literals(query text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN btrim(left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(left(without_literals.query, 4000),
    '\$([A-Za-z_]*?)\$.*?(\$\1\$|$)', '''…''', 'g'),
    '''[^'']*(''|$)', '''…''', 'g'),
    '\m\d{6,}\M', '…', 'g'),
    '\s+', ' ', 'g'), 2000));

GRANT EXECUTE ON FUNCTION monitor.without_literals TO store_monitor;
