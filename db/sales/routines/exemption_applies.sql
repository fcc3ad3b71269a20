-- Whether the conditions of a rule are met by a line that is supplied at a place; not whether it is in force, and not
-- whether it names the line's goods. One place for orders and documents: no document may state a reason for which this
-- is false. The articles are those of directive 2006/112/EC:
--   K  goods that are sent from one member state to another, to a buyer with a tax id of a member state other than the
--      one they leave (138); it need not be that of the destination.
--   G  goods that leave the EU, or the country of a shop outside of it (146). Services abroad are not exported: O.
--   AE buyers who are businesses (194 to 199a). Goods sent to another member state are K, never AE.
-- Callers:   treat_category, billing.check_reasons.
CREATE OR REPLACE FUNCTION sales.exemption_applies(exemption sales.tax_exemptions, place sales.tax_place)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE exemption.destination
               WHEN 'domestic' THEN place.domestic
               WHEN 'eu' THEN place.eu
               WHEN 'export' THEN place.export
               ELSE place.country = ANY (exemption.countries)
           END
       AND (exemption.buyer = 'any' OR place.business)
       AND CASE exemption.category
               WHEN 'K' THEN place.goods AND place.eu AND place.home_in_eu AND place.tax_id_from <> place.home
               WHEN 'G' THEN place.goods AND place.export
               WHEN 'AE' THEN NOT (place.goods AND place.eu AND place.home_in_eu)
               ELSE true
           END IS TRUE;
END $$;

GRANT EXECUTE ON FUNCTION sales.exemption_applies TO store_api;
