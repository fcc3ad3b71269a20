-- Raises an error if an amount is not a multiple of what a provider counts in, such as hundredths of a dinar.
-- Callers:   require_payable, api.create_refund, api.retry_refund.
-- Errors:    amount_step 422.
CREATE OR REPLACE FUNCTION payments.require_step(provider text, currency text, amount bigint)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_step CONSTANT bigint := (payments.limits_of(require_step.provider, require_step.currency)).step;
BEGIN
    IF require_step.amount % v_step <> 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'amount_step',
            MESSAGE = 'This provider takes and refunds this currency in larger steps.',
            HINT = 'Send a multiple of the step.',
            DETAIL = json_build_object('step', v_step, 'currency', require_step.currency)::text;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.require_step TO store_api;
