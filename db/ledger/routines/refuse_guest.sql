-- Refuses money in the wallet or the credit of a guest, who has no log-in with which to spend it later.
-- Callers:   change_credit, payments.settle_refund.
-- Errors:    guest_without_wallet 409.
CREATE OR REPLACE FUNCTION ledger.refuse_guest()
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'guest_without_wallet',
        MESSAGE = 'A guest has neither a wallet nor credit.', HINT = 'Use a bank transfer, or cash.';
END $$;

GRANT EXECUTE ON FUNCTION ledger.refuse_guest TO store_api;
