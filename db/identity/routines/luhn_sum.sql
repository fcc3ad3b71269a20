-- The checksum of Luhn's algorithm (ISO/IEC 7812-1) over digits, or in base 36 over digits and letters; 0 is valid.
-- Callers:   check_digits_fit.
CREATE OR REPLACE FUNCTION identity.luhn_sum(number text, base integer DEFAULT 10)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT sum(CASE d.n % 2 WHEN 1 THEN d.digit ELSE 2 * d.digit / luhn_sum.base + 2 * d.digit % luhn_sum.base END)
           % luhn_sum.base
    FROM (
        SELECT n, strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(reverse(luhn_sum.number), n, 1)) - 1 AS digit
        FROM generate_series(1, char_length(luhn_sum.number)) AS n
    ) AS d;
END;

GRANT EXECUTE ON FUNCTION identity.luhn_sum TO store_api;
