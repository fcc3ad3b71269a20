-- The checksum of ISO/IEC 7064, MOD 11,10, over digits; 1 is valid.
-- Callers:   check_digits_fit.
CREATE OR REPLACE FUNCTION identity.hybrid_sum(number text)
RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_sum integer := 5;
BEGIN
    FOR n IN 1 .. char_length(hybrid_sum.number) LOOP
        v_sum := (coalesce(nullif(v_sum, 0), 10) * 2 % 11 + substr(hybrid_sum.number, n, 1)::integer) % 10;
    END LOOP;
    RETURN v_sum;
END $$;

GRANT EXECUTE ON FUNCTION identity.hybrid_sum TO store_api;
