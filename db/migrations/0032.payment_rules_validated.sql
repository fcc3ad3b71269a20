-- depends: 0028.payment_path
-- In a transaction of its own: this reads the tables while everybody goes on writing.
ALTER TABLE ledger.transfers VALIDATE CONSTRAINT transfer_rules;
