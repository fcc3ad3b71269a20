-- The transfers that the shop has to make at its bank, oldest first: pending payouts and withdrawals whose owner is not
-- suspended and, for earnings, still a merchant. A payout that was requested before there were bank accounts goes
-- to its owner's present one, if any.
-- Callers:   api.export_payouts.
-- Definer:   store_api cannot read bank accounts.
CREATE OR REPLACE FUNCTION payments.list_transfers(currency text DEFAULT NULL)
RETURNS TABLE (
    payout_id uuid, source text, amount bigint, currency text, minor_units smallint, iban text, bic text, holder text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT p.id, p.source, p.amount, p.currency::text, c.minor_units, b.iban, b.bic, b.holder
    FROM payments.payouts AS p
    JOIN identity.accounts AS a ON a.id = p.account_id
    JOIN catalog.currencies AS c ON c.code = p.currency
    JOIN payments.bank_accounts AS b
      ON b.account_id = p.account_id
     AND (b.id = p.bank_account_id OR p.bank_account_id IS NULL AND b.replaced_at IS NULL)
    WHERE p.status = 'pending' AND a.status <> 'suspended'
      AND (p.source <> 'earnings' OR a.role IN ('merchant', 'admin')) AND b.iban IS NOT NULL
      AND (list_transfers.currency IS NULL OR p.currency = list_transfers.currency)
    ORDER BY p.id;
END;

GRANT EXECUTE ON FUNCTION payments.list_transfers TO store_api;
