-- depends: 0045.reconciliation_indexes
-- A refund that a bank has sent back stays counted: the order has given that money back, and the shop still owes it.
-- A failed refund is settled in another way: by bank transfer, into wallet or credit, in cash.
ALTER TABLE payments.refunds
    ADD COLUMN owed boolean NOT NULL DEFAULT false,
    ADD COLUMN settled_by text,
    ADD COLUMN settled_reference text,
    ADD CONSTRAINT settlement_method_unknown
        CHECK (settled_by IN ('bank_transfer', 'wallet', 'credit', 'cash')) NOT VALID;
COMMENT ON COLUMN payments.refunds.owed IS
'The order has given this money back, and it waits in the ledger account unapplied: a bank has sent it back.';
