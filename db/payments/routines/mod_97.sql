-- The remainder of ISO 7064 MOD 97-10: letters count as two digits (A is 10), the number is divided by 97. Of an IBAN
-- or a creditor reference whose first four characters were moved to its end it is 1. NULL for other characters than
-- A-Z and 0-9.
-- Callers:   payments.is_iban, payments.creditor_reference.
CREATE OR REPLACE FUNCTION payments.mod_97(code text)
RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN mod_97.code ~ '^[A-Z0-9]+$' THEN (
        SELECT string_agg(CASE WHEN c.letter >= 'A' THEN (ascii(c.letter) - 55)::text ELSE c.letter END, ''
                          ORDER BY c.n)
        FROM unnest(string_to_array(mod_97.code, NULL)) WITH ORDINALITY AS c (letter, n)
    )::numeric % 97 END::integer
$$;

GRANT EXECUTE ON FUNCTION payments.mod_97 TO store_api;
