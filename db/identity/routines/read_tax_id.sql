-- A tax id of a country as it is stored: in upper case, without separators, with the prefix of the EU's VAT ids (EL for
-- Greece, XI for Northern Ireland), of British, Swiss and Norwegian ones. NULL for a text that is none of this country.
-- Monaco's are French.
-- Callers:   is_tax_id, require_tax_id, tax_id_country.
CREATE OR REPLACE FUNCTION identity.read_tax_id(country text, tax_id text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_clean CONSTANT text := regexp_replace(upper(read_tax_id.tax_id), '[\s.,:/-]', '', 'g');
    v_issuer text := CASE read_tax_id.country WHEN 'GR' THEN 'EL' WHEN 'MC' THEN 'FR' ELSE read_tax_id.country END;
    v_number text;
BEGIN
    IF v_issuer = 'GB' AND c_clean LIKE 'XI%' THEN
        v_issuer := 'XI';
    END IF;
    v_number := regexp_replace(c_clean, '^(' || CASE v_issuer WHEN 'EL' THEN 'EL|GR' ELSE v_issuer END || ')', '');
    -- As they were before a digit was added.
    IF v_issuer = 'BE' AND v_number ~ '^\d{9}$' OR v_issuer = 'EL' AND v_number ~ '^\d{8}$' THEN
        v_number := '0' || v_number;
    ELSIF v_issuer = 'CH' AND v_number ~ '^\d{9}$' THEN
        v_number := 'E' || v_number;
    END IF;
    IF v_number ~ identity.tax_id_pattern(v_issuer) THEN
        IF identity.check_digits_fit(v_issuer, v_number) THEN
            RETURN CASE WHEN v_issuer = ANY (identity.tax_id_prefixes()) THEN v_issuer ELSE '' END || v_number;
        END IF;
    END IF;
    RETURN NULL;
END $$;

GRANT EXECUTE ON FUNCTION identity.read_tax_id TO store_api;
