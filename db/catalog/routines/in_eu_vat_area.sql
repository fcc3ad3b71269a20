-- Whether a place is in the territory of the EU's VAT at a time (directive 2006/112/EC, articles 5 to 8): a member
-- state without the regions of article 6, and Monaco, which counts as France. Northern Ireland is in it for goods, not
-- for services (Windsor Framework, article 8). Büsingen, Heligoland, Livigno and Campione d'Italia have no region code:
-- they are found by their postal codes. A text that is no region, or none, is the country without its exceptions.
-- Callers:   the treatment of taxes.
CREATE OR REPLACE FUNCTION catalog.in_eu_vat_area(
    country text, region text, at timestamptz, postal_code text DEFAULT NULL, goods boolean DEFAULT true
)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce((
        SELECT (in_eu_vat_area.at AT TIME ZONE 'Europe/Brussels')::date >= m.eu_since
            AND ((in_eu_vat_area.at AT TIME ZONE 'Europe/Brussels')::date < coalesce(m.eu_until, 'infinity')
                 OR c.code = 'GB' AND in_eu_vat_area.goods
                    AND 'GB-NIR' IN (r.code, r.parent))
            AND NOT coalesce(r.outside_eu_vat, false)
            AND NOT coalesce(regexp_replace(in_eu_vat_area.postal_code, '\D', '', 'g') = ANY (CASE c.code
                WHEN 'DE' THEN ARRAY['27498', '78266']
                WHEN 'IT' THEN ARRAY['23041', '22061'] END), false)
        FROM catalog.countries AS c
        JOIN catalog.countries AS m ON m.code = coalesce(c.taxed_as, c.code)
        LEFT JOIN catalog.regions AS r ON r.code = in_eu_vat_area.region AND r.country = c.code
        WHERE c.code = in_eu_vat_area.country::char(2)), false);
END;

GRANT EXECUTE ON FUNCTION catalog.in_eu_vat_area TO store_api;
