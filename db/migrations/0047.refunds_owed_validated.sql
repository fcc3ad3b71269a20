-- depends: 0046.refunds_owed
-- In a transaction of its own: the scan lets everybody read and write.
ALTER TABLE payments.refunds VALIDATE CONSTRAINT settlement_method_unknown;
