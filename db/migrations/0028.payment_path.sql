-- depends: 0027.answers
-- One CHECK for a transfer, as in 0024: the text of four was read again by each statement that books a payment, 3.5 KB of it. The rules are what the
-- CHECKs were, name by name; db/routines has the living copy. NOT VALID: the rows that are there kept the old ones, and 0032 says so without a lock.
-- The old ones go in the transaction that brings the new one:
-- squawk-ignore-file ban-drop-constraint
CREATE OR REPLACE FUNCTION ledger.keeps_transfer_rules(t ledger.transfers)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF t.amount BETWEEN 1 AND 1000000000000000 AND t.debit_account <> t.credit_account
        AND t.phase IN ('posted', 'pending', 'post', 'void') AND (t.pending_id IS NOT NULL) = (t.phase IN ('post', 'void'))
    THEN
        RETURN true;
    ELSIF t.amount NOT BETWEEN 1 AND 1000000000000000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'transfer_amount_out_of_range', MESSAGE = 'The transfer''s amount is out of range.';
    ELSIF t.debit_account = t.credit_account THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'transfer_to_itself', MESSAGE = 'A transfer has two accounts.';
    ELSIF t.phase NOT IN ('posted', 'pending', 'post', 'void') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'transfer_phase_unknown', MESSAGE = 'A transfer has no such phase.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'transfer_ends_a_pending', MESSAGE = 'What is posted or voided was pending before.';
END $$;
GRANT EXECUTE ON FUNCTION ledger.keeps_transfer_rules TO store_api;    -- from now on, not from when db/routines is loaded
ALTER TABLE ledger.transfers ADD CONSTRAINT transfer_rules CHECK (ledger.keeps_transfer_rules(transfers)) NOT VALID,
    DROP CONSTRAINT transfer_amount_out_of_range, DROP CONSTRAINT transfer_to_itself, DROP CONSTRAINT transfer_phase_unknown,
    DROP CONSTRAINT transfer_ends_a_pending;
