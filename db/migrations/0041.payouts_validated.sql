-- depends: 0040.payouts
-- In a transaction of its own: this reads the table while everybody goes on writing.
ALTER TABLE payments.payouts VALIDATE CONSTRAINT payouts_bank_account_id_fkey;
