-- Sets the value of a currency in the reporting currency from a day on, until its next rate begins. A rate that begins
-- on the same day is replaced.
-- Locks:  an advisory lock of the currency, so that concurrent requests run one after the other.
-- Errors: confirmation_required 403; currency_unknown, rate_of_itself, valid_from_invalid, rate_out_of_range 422.
CREATE DOMAIN api.rate AS numeric CONSTRAINT rate_out_of_range CHECK (VALUE >= 0.000000001 AND VALUE <= 1000000000);
COMMENT ON DOMAIN api.rate IS
'The value of one unit of the currency in units of the reporting currency, such as 1.0837.
Example: 1.09';

CREATE FUNCTION api.set_exchange_rate(currency api.currency, rate api.rate, valid_from date DEFAULT NULL)
RETURNS api.exchange_rate
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_currency CONSTANT char(3) := set_exchange_rate.currency;
    v_from     CONSTANT date := coalesce(set_exchange_rate.valid_from, (now() AT TIME ZONE 'UTC')::date);
    v_base     char(3);
    v_until    date;
    v_rate     report.exchange_rates;
BEGIN
    PERFORM identity.require_fresh();
    PERFORM catalog.require_currency(set_exchange_rate.currency);
    SELECT s.reporting_currency INTO STRICT v_base FROM report.settings AS s;
    IF v_currency = v_base THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'rate_of_itself',
            MESSAGE = format('%s is the reporting currency.', v_base),
            HINT = 'Set the rates of other currencies.';
    END IF;
    IF v_from NOT BETWEEN '1970-01-01' AND '9999-12-31' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'valid_from_invalid',
            MESSAGE = 'A rate must begin on a day between 1970 and 9999.';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('report.exchange_rates ' || v_currency, 0));
    SELECT min(lower(x.valid)) INTO v_until FROM report.exchange_rates AS x
    WHERE x.currency = v_currency AND x.base = v_base AND lower(x.valid) > v_from;
    DELETE FROM report.exchange_rates AS x
    WHERE x.currency = v_currency AND x.base = v_base AND lower(x.valid) = v_from;
    UPDATE report.exchange_rates AS x SET valid = daterange(lower(x.valid), v_from)
    WHERE x.currency = v_currency AND x.base = v_base AND x.valid @> v_from;
    INSERT INTO report.exchange_rates AS x (currency, base, rate, valid, created_by)
    VALUES (v_currency, v_base, set_exchange_rate.rate, daterange(v_from, v_until), v_actor)
    RETURNING x.* INTO STRICT v_rate;
    RETURN ROW(v_rate.currency, v_rate.base, v_rate.rate, lower(v_rate.valid), upper(v_rate.valid),
               v_rate.created_at)::api.exchange_rate;
END $$;

COMMENT ON FUNCTION api.set_exchange_rate IS
'Set an exchange rate

The value of one unit of the currency in the reporting currency, from `valid_from` (by default today; past days are
allowed) until the next rate begins. Used in reports only, never for payments.';

GRANT EXECUTE ON FUNCTION api.set_exchange_rate TO app_admin;
