-- What a tax id of a country looks like without the country's prefix, separators and lower case, as a regular
-- expression. Countries whose ids we do not know: 4 to 20 letters and digits, one of them a digit.
-- Sources: the European Commission's VIES FAQ (question 11) for the EU and Northern Ireland; HMRC (GB), the Swiss UID
-- register, Brønnøysundregistrene, the IRS (prefixes of EINs), the CRA, the ABR, India's GSTN, Bangladesh's NBR.
-- Callers:   read_tax_id.
CREATE OR REPLACE FUNCTION identity.tax_id_pattern(country text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN CASE tax_id_pattern.country
    WHEN 'AT' THEN '^U\d{8}$'
    WHEN 'BE' THEN '^[01]\d{9}$'
    WHEN 'BG' THEN '^\d{9,10}$'
    WHEN 'CY' THEN '^(?!12)\d{8}[A-Z]$'
    WHEN 'CZ' THEN '^(?!9\d{7}$)\d{8,10}$'
    WHEN 'DE' THEN '^[1-9]\d{8}$'
    WHEN 'DK' THEN '^[1-9]\d{7}$'
    WHEN 'EE' THEN '^\d{9}$'
    WHEN 'EL' THEN '^\d{9}$'
    WHEN 'ES' THEN '^([A-HJ-NP-SUVWXYZ]\d{7}[0-9A-Z]|\d{8}[A-Z])$'
    WHEN 'FI' THEN '^\d{8}$'
    WHEN 'FR' THEN '^[0-9A-HJ-NP-Z]{2}\d{9}$'
    WHEN 'HR' THEN '^\d{11}$'
    WHEN 'HU' THEN '^\d{8}$'
    WHEN 'IE' THEN '^(\d{7}[A-W][A-IW]?|\d[A-Z+*]\d{5}[A-W])$'
    WHEN 'IT' THEN '^(?!0{7})\d{7}(00[1-9]|0[1-9]\d|100|12[01]|888|999)\d$'
    WHEN 'LT' THEN '^(\d{7}1\d|\d{10}1\d)$'
    WHEN 'LU' THEN '^\d{8}$'
    WHEN 'LV' THEN '^\d{11}$'
    WHEN 'MT' THEN '^[1-9]\d{7}$'
    WHEN 'NL' THEN '^(?!0{9})\d{9}B(?!00)\d{2}$'
    WHEN 'PL' THEN '^\d{10}$'
    WHEN 'PT' THEN '^[1-9]\d{8}$'
    WHEN 'RO' THEN '^([1-9]\d{1,9}|[1-9]\d{12})$'
    WHEN 'SE' THEN '^\d{10}(0[1-9]|[1-8]\d|9[0-4])$'
    WHEN 'SI' THEN '^[1-9]\d{7}$'
    WHEN 'SK' THEN '^[1-9]\d{9}$'
    WHEN 'GB' THEN '^(\d{9}|\d{12}|GD[0-4]\d\d|HA[5-9]\d\d)$'
    WHEN 'XI' THEN '^(\d{9}|\d{12}|GD[0-4]\d\d|HA[5-9]\d\d)$'
    WHEN 'CH' THEN '^E\d{9}(MWST|TVA|IVA|TPV)?$'
    WHEN 'NO' THEN '^\d{9}(MVA)?$'
    WHEN 'US' THEN '^(?!0[0789]|1[789]|2[89]|49|69|70|7[89]|89|9[67])\d{9}$'
    WHEN 'CA' THEN '^\d{9}(R[CMPT]\d{4})?$'
    WHEN 'AU' THEN '^[1-9]\d{10}$'
    WHEN 'IN' THEN '^(0[1-9]|[12]\d|3[0-8]|97)[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$'
    WHEN 'BD' THEN '^\d{13}$'
    ELSE '^(?=.*\d)[A-Z0-9]{4,20}$' END;

GRANT EXECUTE ON FUNCTION identity.tax_id_pattern TO store_api;
