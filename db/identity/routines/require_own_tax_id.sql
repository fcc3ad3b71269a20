-- The tax id of an account as it is stored; NULL for none. An account has no country: it is that of the id's prefix, or
-- of the default address.
-- Callers:   update_account.
-- Errors:    tax_id_invalid 422.
CREATE OR REPLACE FUNCTION identity.require_own_tax_id(account_id uuid, tax_id text)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_country text := identity.tax_id_country(require_own_tax_id.tax_id);
BEGIN
    IF v_country IS NULL THEN
        SELECT d.country INTO v_country
        FROM identity.addresses AS d
        WHERE d.account_id = require_own_tax_id.account_id AND d.is_default
          AND identity.is_tax_id(d.country, require_own_tax_id.tax_id);
    END IF;
    -- What begins with a country's code and has a digit is meant to be of that country: the error names it.
    IF v_country IS NULL AND require_own_tax_id.tax_id ~ '\d' THEN
        SELECT c.code INTO v_country
        FROM catalog.countries AS c
        WHERE c.code = CASE left(upper(btrim(require_own_tax_id.tax_id)), 2)
            WHEN 'EL' THEN 'GR' WHEN 'XI' THEN 'GB' ELSE left(upper(btrim(require_own_tax_id.tax_id)), 2) END;
    END IF;
    IF v_country IS NULL AND require_own_tax_id.tax_id IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'tax_id_invalid',
            MESSAGE = 'This is no tax id of the country of your default address.',
            HINT = 'Begin it with the code of its country, such as DE136695976, or give it to an address.';
    END IF;
    RETURN identity.require_tax_id(v_country, require_own_tax_id.tax_id);
END $$;

GRANT EXECUTE ON FUNCTION identity.require_own_tax_id TO store_api;
