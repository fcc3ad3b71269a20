-- The member state of the EU that gave a tax id; XI for Northern Ireland, for goods only. NULL for other ids, and those
-- without a prefix.
-- Callers:   find_tax_place.
CREATE OR REPLACE FUNCTION sales.member_state_of(tax_id text, goods boolean, at timestamptz)
RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN c.country = 'GB' THEN 'XI' ELSE c.country END
    FROM identity.tax_id_country(member_state_of.tax_id) AS c (country)
    WHERE catalog.in_eu_vat_area(c.country, CASE WHEN upper(member_state_of.tax_id) LIKE 'XI%' THEN 'GB-NIR' END,
                                 member_state_of.at, NULL, member_state_of.goods);
END;

GRANT EXECUTE ON FUNCTION sales.member_state_of TO store_api;
