-- The limits of a currency: its row in ledger.limits, or defaults: deposits of 1 to 10,000, 50,000 in a wallet,
-- withdrawals from 10, a second person for credit above 500 (in the currency's unit).
-- Callers:   needs_second_person, api.begin_deposit, api.request_withdrawal, api.list_limits.
-- Errors:    currency_unknown 422.
CREATE OR REPLACE FUNCTION ledger.limits_of(currency text)
RETURNS ledger.limits
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_limits ledger.limits;
    v_unit   bigint;
BEGIN
    SELECT * INTO v_limits FROM ledger.limits AS l WHERE l.currency = limits_of.currency;
    IF NOT FOUND THEN
        SELECT (10 ^ c.minor_units)::bigint INTO v_unit FROM catalog.currencies AS c WHERE c.code = limits_of.currency;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'currency_unknown',
                MESSAGE = 'This shop does not use this currency.';
        END IF;
        v_limits := ROW(
            limits_of.currency, v_unit, 10000 * v_unit, 50000 * v_unit, 10 * v_unit, 500 * v_unit
        )::ledger.limits;
    END IF;
    RETURN v_limits;
END $$;

GRANT EXECUTE ON FUNCTION ledger.limits_of TO store_api;
