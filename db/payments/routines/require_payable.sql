-- Raises an error if a provider cannot take an amount, so that nothing is sent that it would refuse.
-- Callers:   begin_attempt, api.capture_payment.
-- Errors:    currency_not_offered, amount_below_minimum, amount_above_maximum, amount_step 422.
CREATE OR REPLACE FUNCTION payments.require_payable(provider text, currency text, amount bigint)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_limits CONSTANT payments.provider_limits :=
        payments.limits_of(require_payable.provider, require_payable.currency);
BEGIN
    IF v_limits.minor_units <> (SELECT c.minor_units FROM catalog.currencies AS c
                                WHERE c.code = require_payable.currency) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'currency_not_offered',
            MESSAGE = 'This provider does not take this currency.', HINT = 'Choose another provider.',
            DETAIL = json_build_object('currency', require_payable.currency)::text;
    ELSIF require_payable.amount < v_limits.minimum THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'amount_below_minimum',
            MESSAGE = 'This provider does not take so small an amount.', HINT = 'Choose another provider.',
            DETAIL = json_build_object('minimum', v_limits.minimum, 'currency', require_payable.currency)::text;
    ELSIF require_payable.amount > v_limits.maximum THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'amount_above_maximum',
            MESSAGE = 'This provider does not take so large an amount.',
            HINT = 'Pay in parts, or choose another provider.',
            DETAIL = json_build_object('maximum', v_limits.maximum, 'currency', require_payable.currency)::text;
    END IF;
    PERFORM payments.require_step(require_payable.provider, require_payable.currency, require_payable.amount);
END $$;

GRANT EXECUTE ON FUNCTION payments.require_payable TO store_api;
