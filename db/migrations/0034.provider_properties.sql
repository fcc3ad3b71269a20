-- depends: 0033.payments_provider
-- How providers and carriers differ is written in their rows, so that no function needs to know their names.
ALTER TABLE payments.providers
    ADD COLUMN title text,                                          -- for people; null: made from the name
    ADD COLUMN manual_capture boolean NOT NULL DEFAULT false,       -- it can authorise first and capture later
    ADD COLUMN takes_deposits boolean NOT NULL DEFAULT true,        -- money from outside that may go into a wallet
    ADD COLUMN test_only boolean NOT NULL DEFAULT false,            -- it takes no money: not offered in production
    ADD COLUMN source_account text                                  -- of kind internal: the kind of ledger account that pays
        CONSTRAINT source_account_unknown CHECK (source_account IN ('wallet', 'credit'));
UPDATE payments.providers AS p
SET title = v.title, manual_capture = v.manual_capture, takes_deposits = v.takes_deposits, test_only = v.test_only,
    source_account = v.source_account
FROM (VALUES
    ('mock', 'Test gateway', true, true, true, NULL),
    ('stripe', 'Stripe', true, true, false, NULL),
    ('sslcommerz', 'SSLCommerz', false, true, false, NULL),
    ('wallet', 'Wallet', false, false, false, 'wallet'),
    ('credit', 'Store credit', false, false, false, 'credit'),
    ('cash_on_delivery', 'Cash on delivery', false, false, false, NULL),
    ('bank_transfer', 'Bank transfer', false, true, false, NULL)
) AS v (name, title, manual_capture, takes_deposits, test_only, source_account)
WHERE p.name = v.name;
-- The table has a handful of rows, so the scan takes no time.
ALTER TABLE payments.providers
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT internal_provider_has_source CHECK ((kind = 'internal') = (source_account IS NOT NULL));

-- A carrier that carries nothing: where orders are real it would lose them.
ALTER TABLE fulfilment.carriers ADD COLUMN test_only boolean NOT NULL DEFAULT false;
UPDATE fulfilment.carriers SET test_only = true WHERE name = 'mock';
