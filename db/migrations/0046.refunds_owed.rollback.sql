ALTER TABLE payments.refunds
    DROP CONSTRAINT settlement_method_unknown, DROP COLUMN settled_reference, DROP COLUMN settled_by, DROP COLUMN owed;
