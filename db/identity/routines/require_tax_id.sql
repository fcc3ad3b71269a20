-- A tax id as it is stored, from a customer's spelling; NULL for none.
-- Callers:   create_address, update_address, require_own_tax_id.
-- Errors:    tax_id_invalid 422.
CREATE OR REPLACE FUNCTION identity.require_tax_id(country text, tax_id text)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_read text;
BEGIN
    IF require_tax_id.tax_id IS NULL THEN
        RETURN NULL;
    END IF;
    v_read := identity.read_tax_id(require_tax_id.country, require_tax_id.tax_id);
    IF v_read IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'tax_id_invalid',
            MESSAGE = format('This is no tax id of %s: its form or its check digits are wrong.', (
                SELECT c.name FROM catalog.countries AS c WHERE c.code = require_tax_id.country::char(2))),
            HINT = 'In the EU this is the VAT id, such as DE136695976.';
    END IF;
    RETURN v_read;
END $$;

GRANT EXECUTE ON FUNCTION identity.require_tax_id TO store_api;
