-- The ledger account that a payment's money comes from, and goes back to: the payer's own wallet or credit, else what the gateway holds for us.
-- Called by: mark_payment_completed, mark_refund_completed, record_refund.
CREATE OR REPLACE FUNCTION payments.open_source_account(provider text, currency text, account_id uuid)
RETURNS uuid
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT CASE p.kind WHEN 'internal' THEN ledger.open_account(p.name, open_source_account.currency, owner_id => open_source_account.account_id)
                       ELSE ledger.open_account('clearing', open_source_account.currency, p.name) END
    FROM payments.providers AS p WHERE p.name = open_source_account.provider
);

GRANT EXECUTE ON FUNCTION payments.open_source_account TO store_api;
