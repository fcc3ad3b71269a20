-- depends: 0035.delayed_methods
-- Where a payer returns to, and how a bank transfer is made.
ALTER TABLE payments.payments ADD COLUMN return_url text;

-- Origins (https://shop.example) that a payer may return to, besides the shop's own.
ALTER TABLE sales.settings ADD COLUMN return_origins text[] NOT NULL DEFAULT '{}';

-- The bank account that customers transfer to is the seller's: iban is there already.
ALTER TABLE billing.sellers
    ADD COLUMN bic text,
    ADD COLUMN account_holder text;     -- null: the seller's name

ALTER TABLE payments.providers ADD COLUMN to_bank_account boolean NOT NULL DEFAULT false;   -- the payer gets instructions
UPDATE payments.providers SET to_bank_account = true WHERE name = 'bank_transfer';

-- What the payer was told to transfer: the account is that of a version of the seller, which never changes.
CREATE TABLE payments.bank_transfers (
    payment_id     uuid PRIMARY KEY REFERENCES payments.payments ON DELETE RESTRICT,
    account_id     uuid NOT NULL,       -- the payment's: a policy needs no join
    reference      text NOT NULL CONSTRAINT transfer_reference_twice UNIQUE,
    seller_version bigint NOT NULL REFERENCES billing.sellers ON DELETE RESTRICT
);
CREATE INDEX bank_transfers_seller ON payments.bank_transfers (seller_version);
CREATE SEQUENCE payments.deposit_transfers START WITH 1001;     -- a deposit has no order number
