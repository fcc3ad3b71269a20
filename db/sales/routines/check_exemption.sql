-- Refuses a rule of exemption that contradicts itself. (The table's constraints refuse the same without these hints.)
-- Callers:   api.create_tax_exemption.
-- Errors:    exemption_reason_unknown, exemption_reason_of_category, exemption_countries_missing,
--            exemption_needs_business, exemption_needs_border, country_unknown 422.
CREATE OR REPLACE FUNCTION sales.check_exemption(
    category text, reason_code text, destination text, countries char(2)[], buyer text
)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_of   CONSTANT text := sales.vatex_category(check_exemption.reason_code);
    v_home CONSTANT text := (SELECT h.country FROM sales.tax_home() AS h);
BEGIN
    IF check_exemption.reason_code IS NOT NULL AND v_of IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'exemption_reason_unknown',
            MESSAGE = 'This reason_code is not in the VATEX code list.',
            HINT = 'For example VATEX-EU-G (export), VATEX-EU-IC (K), VATEX-EU-AE, VATEX-EU-O. Without a code the '
                || 'documents state the text only.';
    ELSIF v_of <> check_exemption.category THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'exemption_reason_of_category',
            MESSAGE = format('%s is a reason of category %s.', check_exemption.reason_code, v_of),
            HINT = 'Leave reason_code out, or choose one of the rule''s category. Z has none.',
            DETAIL = json_build_object('category', v_of)::text;
    ELSIF (check_exemption.destination = 'countries') <> (check_exemption.countries IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'exemption_countries_missing',
            MESSAGE = 'countries belongs to the destination "countries", and only to it.';
    ELSIF check_exemption.category IN ('K', 'AE') AND check_exemption.buyer <> 'business' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'exemption_needs_business',
            MESSAGE = 'Intra-community supplies (K) and reverse charge (AE) need buyer "business".';
    ELSIF check_exemption.category = 'K' AND check_exemption.destination NOT IN ('eu', 'countries')
        OR check_exemption.category = 'G' AND check_exemption.destination NOT IN ('export', 'countries')
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'exemption_needs_border',
            MESSAGE = 'K is for destinations in the EU, G for exports, or for countries that are named.';
    END IF;
    PERFORM catalog.require_country(c.code::text) FROM unnest(check_exemption.countries) AS c (code);
    IF check_exemption.category IN ('K', 'G') AND EXISTS (
        SELECT FROM unnest(check_exemption.countries) AS c (code)
        WHERE c.code = v_home
           OR catalog.in_eu_vat_area(c.code::text, NULL, now()) <> (check_exemption.category = 'K')
              AND (check_exemption.category = 'K' OR catalog.in_eu_vat_area(v_home, NULL, now())))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'exemption_needs_border',
            MESSAGE = 'K is for other member states of the EU, G for countries that goods are exported to.',
            HINT = 'Leave the other countries out.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.check_exemption TO store_api;
