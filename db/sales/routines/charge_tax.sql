-- The taxes of an amount: of a line after its discounts, or of a part of the shipping. On top of the amount, each tax
-- is rounded once; one that is compound is charged on the amount with the taxes before it. Inside the amount, the tax
-- is rounded once and then spread over its rates, so that no unit is lost. All rates are on top, or all are inside.
-- `before` is what else of the order is taxed alike and comes before it: the tax is that of both together without that
-- of `before`. So the taxes of an order are rounded once for all that is taxed alike, as EN 16931 computes them
-- (BR-CO-17), and as tax offices want that do not accept rounding by line (Japan, Texas).
-- Callers:   tax_lines, tax_shipping.
-- Returns:   the tax, the rate of all taxes together in per cent, whether they are inside the amount, and for each rate
--            above 0 [{name, rate, amount, included}], in the order of charging; combine = compound where it is;
--            country and region are those of the rate, for whose tax office it is.
CREATE OR REPLACE FUNCTION sales.charge_tax(
    amount bigint, rates sales.tax_rates[], before bigint DEFAULT 0,
    OUT tax bigint, OUT tax_rate numeric, OUT tax_included boolean, OUT taxes jsonb
)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_rate   sales.tax_rates;
    v_share  numeric := 0;    -- per cent of the net amount, of the rates so far
    v_whole  numeric := 0;    -- of all rates
    v_before bigint := 0;     -- the taxes of `before`
    v_alone  bigint;          -- of these, that of a rate
    v_inside bigint;          -- the tax inside the amount
    v_amount bigint;
BEGIN
    tax := 0;
    tax_included := coalesce(rates[1].included, false);
    taxes := '[]';
    FOREACH v_rate IN ARRAY rates LOOP
        v_whole := v_whole + v_rate.rate * CASE WHEN v_rate.combine = 'compound' THEN 1 + v_whole / 100 ELSE 1 END;
    END LOOP;
    tax_rate := round(v_whole, 4);
    v_inside := round((before + amount) * v_whole / (100 + v_whole)) - round(before * v_whole / (100 + v_whole));
    FOREACH v_rate IN ARRAY rates LOOP
        CONTINUE WHEN v_rate.rate = 0;
        IF tax_included THEN
            v_share := v_share + v_rate.rate * CASE WHEN v_rate.combine = 'compound' THEN 1 + v_share / 100 ELSE 1 END;
            v_amount := round(v_inside * v_share / v_whole) - tax;
        ELSE
            v_alone := round((before + CASE WHEN v_rate.combine = 'compound' THEN v_before ELSE 0 END)
                             * v_rate.rate / 100);
            v_amount := round((before + amount + CASE WHEN v_rate.combine = 'compound' THEN v_before + tax ELSE 0 END)
                              * v_rate.rate / 100) - v_alone;
            v_before := v_before + v_alone;
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
