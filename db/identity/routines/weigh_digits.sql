-- The sum of a number's digits, each multiplied by its weight; digits without a weight are left out. Letters count from
-- A = 10.
-- Callers:   check_digits_fit.
CREATE OR REPLACE FUNCTION identity.weigh_digits(number text, weights integer[])
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT sum(w.weight * (strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(weigh_digits.number, w.n::integer, 1))
                           - 1))
    FROM unnest(weigh_digits.weights) WITH ORDINALITY AS w (weight, n);
END;

GRANT EXECUTE ON FUNCTION identity.weigh_digits TO store_api;
