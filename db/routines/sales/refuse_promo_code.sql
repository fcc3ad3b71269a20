-- No promotion exists, so every code is unknown. (The promotions issue replaces this by their application.)
-- Errors: promo_code_unknown 422.
CREATE OR REPLACE FUNCTION sales.refuse_promo_code(promo_code text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF refuse_promo_code.promo_code IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'promo_code_unknown', MESSAGE = 'There is no such promotion code.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.refuse_promo_code TO store_api;
