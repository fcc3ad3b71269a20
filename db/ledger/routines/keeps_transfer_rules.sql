-- The rules of a transfer's row, called by the table's one CHECK (see sales.keeps_order_rules).
-- Callers:   constraint transfer_rules on ledger.transfers.
-- Errors:    transfer_amount_out_of_range, transfer_to_itself, transfer_phase_unknown, transfer_ends_a_pending 409.
CREATE OR REPLACE FUNCTION ledger.keeps_transfer_rules(t ledger.transfers)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF t.amount BETWEEN 1 AND 1000000000000000 AND t.debit_account <> t.credit_account
        AND t.phase IN ('posted', 'pending', 'post', 'void')
        AND (t.pending_id IS NOT NULL) = (t.phase IN ('post', 'void'))
    THEN
        RETURN true;
    ELSIF t.amount NOT BETWEEN 1 AND 1000000000000000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'transfer_amount_out_of_range',
            MESSAGE = 'The transfer''s amount is out of range.';
    ELSIF t.debit_account = t.credit_account THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'transfer_to_itself',
            MESSAGE = 'A transfer needs two different accounts.';
    ELSIF t.phase NOT IN ('posted', 'pending', 'post', 'void') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'transfer_phase_unknown',
            MESSAGE = 'The transfer''s phase is unknown.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'transfer_ends_a_pending',
        MESSAGE = 'Only a pending transfer can be posted or voided.';
END $$;

GRANT EXECUTE ON FUNCTION ledger.keeps_transfer_rules TO store_api;
