DROP SEQUENCE payments.deposit_transfers;
DROP TABLE payments.bank_transfers;
ALTER TABLE payments.providers DROP COLUMN to_bank_account;
ALTER TABLE billing.sellers DROP COLUMN account_holder, DROP COLUMN bic;
ALTER TABLE sales.settings DROP COLUMN return_origins;
ALTER TABLE payments.payments DROP COLUMN return_url;
