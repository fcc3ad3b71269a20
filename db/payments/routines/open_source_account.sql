-- The ledger account that a payment's money comes from and is refunded to: the payer's wallet or credit, or else the
-- clearing account of the gateway.
-- Callers:   mark_payment_completed, mark_refund_completed, record_refund, take_dispute, fulfilment.hold_credit.
CREATE OR REPLACE FUNCTION payments.open_source_account(provider text, currency text, account_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_kind CONSTANT text := (
        SELECT p.source_account FROM payments.providers AS p WHERE p.name = open_source_account.provider);
BEGIN
    IF v_kind IS NOT NULL THEN
        RETURN ledger.open_account(v_kind, open_source_account.currency, owner_id => open_source_account.account_id);
    END IF;
    RETURN ledger.open_account('clearing', open_source_account.currency, open_source_account.provider);
END $$;

GRANT EXECUTE ON FUNCTION payments.open_source_account TO store_api;
