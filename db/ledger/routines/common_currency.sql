-- The currency of both accounts of a transfer.
-- Callers:   post_transfer, hold_amount.
-- Errors:    currency_mismatch 409.
CREATE OR REPLACE FUNCTION ledger.common_currency(debit uuid, credit uuid)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_currency text;
BEGIN
    SELECT d.currency INTO v_currency
    FROM ledger.accounts AS d JOIN ledger.accounts AS c ON c.currency = d.currency
    WHERE d.id = common_currency.debit AND c.id = common_currency.credit;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'currency_mismatch',
            MESSAGE = 'The accounts of a transfer must have the same currency.';
    END IF;
    RETURN v_currency;
END $$;
