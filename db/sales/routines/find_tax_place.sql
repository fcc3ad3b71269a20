-- Where a line is supplied, and who buys it, seen from where the shop is taxed (see sales.tax_place).
-- Goods are supplied where they are sent to. A service to a business of a member state is supplied there, whatever the
-- address says (directive 2006/112/EC, article 44); other services at the address, such as downloads (article 58).
-- Monaco counts as France, the Isle of Man as the United Kingdom (article 7).
-- If the country of the shop or of the order is unknown, no border can be shown: the order is domestic.
-- Callers:   treat_category, billing.check_reasons.
CREATE OR REPLACE FUNCTION sales.find_tax_place(
    home text, home_region text, country text, region text, postal_code text, tax_id text, goods boolean,
    at timestamptz
)
RETURNS sales.tax_place
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_place  sales.tax_place;
    v_postal text := find_tax_place.postal_code;
BEGIN
    v_place.home := find_tax_place.home;
    v_place.country := find_tax_place.country;
    IF v_place.country <> v_place.home THEN
        v_place.country := (SELECT coalesce(c.taxed_as, c.code) FROM catalog.countries AS c
                            WHERE c.code = find_tax_place.country::char(2));
    END IF;
    v_place.region := find_tax_place.region;
    v_place.goods := find_tax_place.goods;
    IF find_tax_place.tax_id IS NOT NULL THEN
        v_place.tax_id_from := sales.member_state_of(find_tax_place.tax_id, find_tax_place.goods, find_tax_place.at);
        IF v_place.tax_id_from IS NOT NULL AND NOT v_place.goods THEN
            v_place.country := v_place.tax_id_from;
            v_place.region := NULL;
            v_postal := NULL;
        END IF;
    END IF;
    v_place.in_eu := catalog.in_eu_vat_area(v_place.country, v_place.region, find_tax_place.at, v_postal,
                                            v_place.goods);
    -- Most orders are domestic: they need no second look.
    v_place.home_in_eu := v_place.country = v_place.home AND v_place.in_eu AND find_tax_place.home_region IS NULL
        OR catalog.in_eu_vat_area(v_place.home, find_tax_place.home_region, find_tax_place.at, NULL, v_place.goods);
    v_place.domestic := v_place.home IS NULL OR v_place.country IS NULL
        OR v_place.country = v_place.home AND v_place.in_eu = v_place.home_in_eu;
    v_place.eu := v_place.in_eu AND NOT v_place.domestic;
    v_place.export := NOT v_place.domestic AND NOT (v_place.in_eu AND v_place.home_in_eu);
    v_place.business := find_tax_place.tax_id IS NOT NULL
        AND (v_place.in_eu AND v_place.tax_id_from IS NOT NULL
             OR coalesce(identity.is_tax_id(v_place.country, find_tax_place.tax_id), false));
    RETURN v_place;
END $$;

GRANT EXECUTE ON FUNCTION sales.find_tax_place TO store_api;
