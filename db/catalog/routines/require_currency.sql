-- Raises an error if the shop does not have this currency.
-- Callers:   the functions that take a currency.
-- Errors:    currency_unknown 422.
CREATE OR REPLACE FUNCTION catalog.require_currency(currency text)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM catalog.currencies AS c WHERE c.code = require_currency.currency::char(3)) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'currency_unknown',
            MESSAGE = format('The shop does not know the currency %s.', require_currency.currency);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_currency TO store_api;
