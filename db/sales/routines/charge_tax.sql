-- The taxes of an amount: of a line after its discounts, or of a part of the shipping. On top of the amount, each tax
-- is rounded once; one that is compound is charged on the amount with the taxes before it. Inside the amount, the tax
-- is rounded once and then spread over its rates, so that no unit is lost. All rates are on top, or all are inside.
-- Callers:   tax_lines, tax_shipping.
-- Returns:   the tax, the rate of all taxes together in per cent, whether they are inside the amount, and for each rate
--            above 0 [{name, rate, amount, included}], in the order of charging; combine = compound where it is;
--            country and region are those of the rate, for whose tax office it is.
CREATE OR REPLACE FUNCTION sales.charge_tax(
    amount bigint, rates sales.tax_rates[],
    OUT tax bigint, OUT tax_rate numeric, OUT tax_included boolean, OUT taxes jsonb
)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_rate   sales.tax_rates;
    v_share  numeric := 0;    -- per cent of the net amount, of the rates so far
    v_whole  numeric := 0;    -- of all rates
    v_amount bigint;
BEGIN
    tax := 0;
    tax_included := coalesce(rates[1].included, false);
    taxes := '[]';
    FOREACH v_rate IN ARRAY rates LOOP
        v_whole := v_whole + v_rate.rate * CASE WHEN v_rate.combine = 'compound' THEN 1 + v_whole / 100 ELSE 1 END;
    END LOOP;
    tax_rate := round(v_whole, 4);
    FOREACH v_rate IN ARRAY rates LOOP
        CONTINUE WHEN v_rate.rate = 0;
        IF tax_included THEN
            v_share := v_share + v_rate.rate * CASE WHEN v_rate.combine = 'compound' THEN 1 + v_share / 100 ELSE 1 END;
            v_amount := round(round(amount * v_whole / (100 + v_whole)) * v_share / v_whole) - tax;
        ELSE
            v_amount := round((amount + CASE WHEN v_rate.combine = 'compound' THEN tax ELSE 0 END) * v_rate.rate / 100);
        END IF;
        tax := tax + v_amount;
        taxes := taxes || json_object('name': v_rate.name, 'rate': trim_scale(v_rate.rate), 'amount': v_amount,
                                      'included': tax_included,
                                      'combine': CASE WHEN v_rate.combine = 'compound' THEN 'compound' END,
                                      'country': v_rate.country, 'region': nullif(v_rate.region, '')
                                      ABSENT ON NULL RETURNING jsonb);
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION sales.charge_tax TO store_api;
