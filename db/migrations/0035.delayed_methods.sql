-- depends: 0034.provider_properties
-- Bank debits and vouchers: the payer has done their part, and the money arrives days later. Above expired, since the
-- gateway knows more than our clock; below failed and completed, which end it.
INSERT INTO payments.payment_transitions (from_status, to_status) VALUES
    ('initiated', 'processing'), ('open', 'processing'), ('authorized', 'processing'),
    ('cancelled', 'processing'), ('expired', 'processing'),
    ('processing', 'failed'), ('processing', 'completed');

-- A bank debit may take 14 days (https://docs.stripe.com/payments/sepa-debit).
ALTER TABLE sales.settings ADD COLUMN delayed_payment_time_to_live interval NOT NULL DEFAULT '14 days';

-- An order whose time was over before its payer's bank began is taken up again.
INSERT INTO sales.order_transitions (from_status, to_status) VALUES ('cancelled', 'pending');
