-- Splits an amount by weights, exact to the unit. Each part differs from its exact share by less than one unit; no part
-- exceeds its weight unless the amount exceeds their sum; a weight of zero gets nothing. Each part is the difference of
-- two running shares, so nothing is lost by rounding.
-- Callers:   payments.price_refund_lines, payments.spread_refund, sales.evaluate_promotion, sales.pin_components.
-- Errors:    nothing_to_split_over 422.
CREATE OR REPLACE FUNCTION ledger.split_amount(amount bigint, weights bigint[])
RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_whole   CONSTANT numeric := (SELECT coalesce(sum(w), 0) FROM unnest(split_amount.weights) AS w);
    v_reached numeric := 0;
    v_given   numeric := 0;
    v_next    numeric;
    v_weight  bigint;
    v_parts   bigint[] := '{}';
BEGIN
    IF split_amount.amount <> 0 AND v_whole = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'nothing_to_split_over',
            MESSAGE = 'There is nothing to split this amount over.';
    END IF;
    FOREACH v_weight IN ARRAY split_amount.weights LOOP
        v_reached := v_reached + v_weight;
        -- numeric: two amounts of 10^15 multiplied do not fit a bigint.
        v_next := CASE WHEN v_whole = 0 THEN 0 ELSE div(split_amount.amount * v_reached, v_whole) END;
        v_parts := v_parts || (v_next - v_given)::bigint;
        v_given := v_next;
    END LOOP;
    RETURN v_parts;
END $$;

GRANT EXECUTE ON FUNCTION ledger.split_amount TO store_api;
