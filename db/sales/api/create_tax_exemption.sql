-- Adds a rule of tax exemption, from now or from a later time on.
-- Locks:  an advisory lock, so that concurrent requests run one after the other.
-- Errors: confirmation_required 403; valid_from_in_past, exemption_reason_unknown, exemption_reason_of_category,
--         exemption_countries_missing, exemption_needs_business, exemption_needs_border, country_unknown 422;
--         exemption_exists 409.
CREATE FUNCTION api.create_tax_exemption(
    category api.exemption_category, text api.exemption_text, destination api.exemption_destination,
    reason_code api.short_text DEFAULT NULL, countries api.exemption_countries DEFAULT NULL,
    buyer api.exemption_buyer DEFAULT 'any', tax_category api.tax_category DEFAULT NULL,
    valid_from timestamptz DEFAULT NULL
)
RETURNS api.tax_exemption
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor     CONSTANT uuid := identity.authenticate();
    v_buyer     CONSTANT text := coalesce(create_tax_exemption.buyer, 'any');
    v_countries CONSTANT char(2)[] := (SELECT array_agg(DISTINCT c.code::char(2))
                                       FROM unnest(create_tax_exemption.countries) AS c (code));
    v_from      timestamptz;
    v_equal     uuid;
    v_rule      sales.tax_exemptions;
BEGIN
    PERFORM identity.require_fresh();
    -- Only one request at a time: two would not see each other's rule.
    PERFORM pg_advisory_xact_lock(hashtextextended('tax exemptions', 0));
    v_from := coalesce(create_tax_exemption.valid_from, clock_timestamp());
    IF create_tax_exemption.valid_from < now() OR NOT isfinite(create_tax_exemption.valid_from) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'valid_from_in_past',
            MESSAGE = 'A rule of tax exemption cannot begin in the past.',
            HINT = 'Leave valid_from out to begin now.';
    END IF;
    PERFORM sales.check_exemption(create_tax_exemption.category, create_tax_exemption.reason_code,
                                  create_tax_exemption.destination, v_countries, v_buyer);

    -- K and G are for goods only, so they leave room for a rule for services.
    SELECT e.id INTO v_equal FROM sales.tax_exemptions AS e
    WHERE e.destination = create_tax_exemption.destination AND e.buyer = v_buyer
      AND e.tax_category IS NOT DISTINCT FROM create_tax_exemption.tax_category
      AND (e.countries && v_countries OR v_countries IS NULL)
      AND (e.category IN ('K', 'G')) = (create_tax_exemption.category IN ('K', 'G'))
      AND e.valid && tstzrange(v_from, NULL)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'exemption_exists',
            MESSAGE = 'There is a rule for these orders already.',
            HINT = 'End it first, or delete it if it is planned.',
            DETAIL = json_build_object('exemption_id', v_equal)::text;
    END IF;
    INSERT INTO sales.tax_exemptions (category, reason_code, text, destination, countries, buyer, tax_category, valid,
                                      created_by)
    VALUES (create_tax_exemption.category, create_tax_exemption.reason_code, create_tax_exemption.text,
            create_tax_exemption.destination, v_countries, v_buyer, create_tax_exemption.tax_category,
            tstzrange(v_from, NULL), v_actor)
    RETURNING * INTO STRICT v_rule;
    RETURN api.render_tax_exemption(v_rule);
END $$;

COMMENT ON FUNCTION api.create_tax_exemption IS
'Add a rule of tax exemption

Orders that meet its conditions bear no tax, and their documents say `text` and `reason_code`, so write `text` for
your customers. `category` is that of EN 16931: Z zero-rated, E exempt (also a small business), G export of goods, K
supply of goods to a business in another member state of the EU, AE reverse charge, O outside the scope of tax.
`reason_code` is of the VATEX code list, and must belong to the category; Z has none.

`destination` is seen from the country where the shop is taxed: `domestic`; `eu`, another member state; `export`,
outside of the country or, for a shop in the EU, of the EU; or the given `countries`. `buyer` business means a buyer
with a valid tax id. `tax_category` limits the rule to goods of that category. If several rules apply to a line, the
narrower one decides: the category of goods first, then businesses.

From now, or from `valid_from` on. Orders keep the rule that was in force when they were placed.';

GRANT EXECUTE ON FUNCTION api.create_tax_exemption TO app_admin;
