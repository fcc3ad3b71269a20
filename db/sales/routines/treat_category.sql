-- How an order taxes one category of goods or services: the category of EN 16931, the rule if one applies, and the
-- rates in the order in which they are charged. A null tax_category means that nothing decides: see
-- follow_undecided_tax. The narrower one decides (articles of directive 2006/112/EC, its case law):
--   1. a rule that names the goods' category: an exemption of certain goods, or a margin scheme, comes before that of
--      exports and intra-community supplies (C-240/05, article 139(3));
--   2. a rule for businesses: K for goods, then AE (138, 194 to 199a);
--   3. the rate of the destination's region;
--   4. a rule for domestic orders or for named countries;
--   5. the rate of the destination's country;
--   6. within the EU, the rate of the shop's country: for consumers if no rate of the destination is registered, since
--      the shop is then below the threshold of distance sales (32, 33, 59c), and for businesses that no rule covers
--      (32: these are no distance sales, so the destination's rates never apply to them);
--   7. other rules;
--   8. a seller that is not registered for tax charges none: O.
-- A service to a business of another member state is taxed by the buyer (44, 196), so no rate of ours applies to it.
-- Callers:   treat_tax; tax_shipping, for a shipping method that names its category.
CREATE OR REPLACE FUNCTION sales.treat_category("order" sales.orders, category text, requires_shipping boolean)
RETURNS TABLE (tax_category text, exemption_id uuid, rates sales.tax_rates[])
LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_at         CONSTANT timestamptz := coalesce("order".taxed_at, "order".created_at);
    v_tax_id     text := "order".buyer_tax_id;
    v_home       record;
    v_place      sales.tax_place;
    v_rule       record;
    v_level      integer;
    v_reverse    boolean;    -- a business of another member state buys
BEGIN
    -- One that VIES does not know makes no business; one that it has not been asked about does.
    IF v_tax_id IS NOT NULL THEN
        v_tax_id := CASE WHEN identity.tax_id_status("order".account_id, v_tax_id) <> 'invalid' THEN v_tax_id END;
    END IF;
    SELECT h.* INTO STRICT v_home FROM sales.tax_home(v_at) AS h;
    v_place := sales.find_tax_place(v_home.country, v_home.region, coalesce("order".tax_country, v_home.country),
                                    "order".tax_region, "order".shipping_address ->> 'postal_code', v_tax_id,
                                    treat_category.requires_shipping, v_at);
    rates := '{}';
    SELECT e.id, e.category, l.level INTO v_rule
    FROM sales.tax_exemptions AS e
    CROSS JOIN LATERAL (
        SELECT CASE WHEN e.tax_category IS NOT NULL THEN 1
                    WHEN e.buyer = 'business' THEN 2
                    WHEN e.destination IN ('domestic', 'countries') THEN 4
                    ELSE 7 END AS level
    ) AS l
    WHERE e.valid @> v_at
      AND (e.tax_category IS NULL OR e.tax_category = treat_category.category)
      AND (e.category <> 'K' OR v_home.vat_id)
      -- Without a home no border is known, so nothing shows that the others apply.
      AND (v_home.country IS NOT NULL OR NOT v_home.registered
           OR "order".tax_country IS NOT NULL AND e.destination = 'countries')
      AND sales.exemption_applies(e, v_place)
    ORDER BY l.level, e.buyer = 'business' DESC, e.destination = 'countries' DESC,
             array_position(ARRAY['K', 'G', 'AE'], e.category), e.id DESC
    LIMIT 1;
    v_level := coalesce(v_rule.level, 8);
    v_reverse := v_place.business AND v_place.eu AND v_place.home_in_eu AND v_place.tax_id_from IS NOT NULL;

    IF v_level > 2 AND NOT v_reverse THEN
        rates := sales.tax_rates_of(v_place.country, v_place.region, treat_category.category, v_at);
        -- A region's rate is the last one. That of the country is not for its parts outside the area of the EU's VAT.
        IF rates[cardinality(rates)].region = ''
            AND (v_level = 4
                 OR NOT v_place.in_eu AND catalog.in_eu_vat_area(v_place.country, NULL, v_at, NULL, v_place.goods))
        THEN
            rates := '{}';
        END IF;
    END IF;
    IF v_level > 6 AND rates = '{}' AND v_place.eu AND v_place.home_in_eu
        AND (CASE WHEN v_reverse THEN v_place.goods
                 ELSE NOT EXISTS (SELECT FROM sales.tax_rates AS r
                                  WHERE r.country = v_place.country::char(2) AND r.valid @> v_at) END)
    THEN
        rates := sales.tax_rates_of(v_home.country, v_home.region, treat_category.category, v_at);
    END IF;

    IF rates <> '{}' THEN
        tax_category := CASE WHEN EXISTS (SELECT FROM unnest(rates) AS r WHERE r.rate > 0) THEN 'S' ELSE 'Z' END;
    ELSIF v_level < 8 THEN
        tax_category := v_rule.category;
        exemption_id := v_rule.id;
    ELSIF NOT v_home.registered THEN
        tax_category := 'O';
    END IF;
    RETURN NEXT;
END $$;

GRANT EXECUTE ON FUNCTION sales.treat_category TO store_api;
