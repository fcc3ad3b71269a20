-- The ledger account that a payment's money comes from, and goes back to: the payer's own wallet or credit, else what the gateway holds for us.
-- Called by: mark_payment_completed, mark_refund_completed, record_refund, settle_disputes.
CREATE OR REPLACE FUNCTION payments.open_source_account(provider text, currency text, account_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT p.kind = 'internal' FROM payments.providers AS p WHERE p.name = open_source_account.provider) THEN
        RETURN ledger.open_account(open_source_account.provider, open_source_account.currency, owner_id => open_source_account.account_id);
    END IF;
    RETURN ledger.open_account('clearing', open_source_account.currency, open_source_account.provider);
END $$;

GRANT EXECUTE ON FUNCTION payments.open_source_account TO store_api;
