ALTER TABLE ledger.transfers DROP CONSTRAINT transfer_rules,
    ADD CONSTRAINT transfer_amount_out_of_range CHECK (amount BETWEEN 1 AND 1000000000000000),
    ADD CONSTRAINT transfer_to_itself CHECK (debit_account <> credit_account),
    ADD CONSTRAINT transfer_phase_unknown CHECK (phase IN ('posted', 'pending', 'post', 'void')),
    ADD CONSTRAINT transfer_ends_a_pending CHECK ((pending_id IS NOT NULL) = (phase IN ('post', 'void')));
DROP FUNCTION ledger.keeps_transfer_rules;
