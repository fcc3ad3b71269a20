ALTER TABLE payments.payouts DROP COLUMN bank_account_id;
DROP TABLE payments.bank_accounts;
ALTER TABLE identity.accounts DROP COLUMN merchant_approved_at;
ALTER TABLE sales.settings DROP COLUMN demo, DROP COLUMN payout_delay;
DROP TABLE ledger.order_earnings;
