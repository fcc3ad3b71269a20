-- Locks a customer's credit account and raises an error if it holds less than the amount.
-- Callers:   post_credit; change_credit, so that no deduction waits for an approval that it cannot get.
-- Locks:     the customer's credit account.
-- Errors:    insufficient_funds 409.
CREATE OR REPLACE FUNCTION ledger.require_credit(credit_account uuid, amount bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_free CONSTANT bigint := ledger.lock_available(require_credit.credit_account);
BEGIN
    IF v_free < require_credit.amount THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'insufficient_funds',
            MESSAGE = 'There is not enough credit.',
            HINT = 'Deduct a smaller amount.', DETAIL = json_build_object('available', v_free)::text;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION ledger.require_credit TO store_api;
