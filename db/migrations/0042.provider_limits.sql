-- depends: 0041.payouts_validated
-- What a gateway takes of a currency, so that an amount is refused before it is sent. In minor units. The row '*' is for
-- every currency without one of its own; a provider without rows takes any amount. A gateway may change its rules, or
-- settle in another currency: then its minimum is the equivalent of that one's, and the row is to be updated.
CREATE TABLE payments.provider_limits (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    provider    text NOT NULL REFERENCES payments.providers ON DELETE CASCADE,
    currency    text NOT NULL CONSTRAINT limit_currency_malformed CHECK (currency ~ '^([A-Z]{3}|\*)$'),
    minor_units smallint NOT NULL,          -- how the gateway counts: a currency that we count otherwise is not offered
    minimum     bigint NOT NULL CONSTRAINT limit_minimum_out_of_range CHECK (minimum >= 1),    -- of a payment
    maximum     bigint NOT NULL,
    step        bigint NOT NULL DEFAULT 1   -- amounts, of refunds too, are multiples of it
                CONSTRAINT limit_step_out_of_range CHECK (step >= 1),
    CONSTRAINT provider_limits_twice UNIQUE (provider, currency),
    CONSTRAINT limit_maximum_below_minimum CHECK (maximum >= minimum)
);

-- https://docs.stripe.com/currencies: zero-decimal and three-decimal currencies, special cases (the krona and the Ugandan
-- shilling have two decimals there, which must be 00), minimum charge amounts. The maximum is that of methods other
-- than cards, since a checkout offers both. The page names no minimum for other currencies; those below are lower bounds.
INSERT INTO payments.provider_limits (provider, currency, minor_units, minimum, maximum, step)
SELECT 'stripe', v.currency, v.minor_units, v.minimum, 99999999, v.step
FROM (
    VALUES ('*', 2, 50, 1), ('ISK', 2, 100, 100), ('UGX', 2, 100, 100),
           ('AED', 2, 200, 1), ('CZK', 2, 1500, 1), ('DKK', 2, 250, 1), ('GBP', 2, 30, 1), ('HKD', 2, 400, 1),
           ('HUF', 2, 17500, 1), ('MXN', 2, 1000, 1), ('MYR', 2, 200, 1), ('NOK', 2, 300, 1), ('PLN', 2, 200, 1),
           ('RON', 2, 200, 1), ('SEK', 2, 300, 1), ('THB', 2, 1000, 1)
    UNION ALL
    SELECT c, 0, 50, 1
    FROM unnest('{BIF,CLP,DJF,GNF,JPY,KMF,KRW,MGA,PYG,RWF,VND,VUV,XAF,XOF,XPF}'::text[]) AS c
    UNION ALL
    SELECT c, 3, 50, 10 FROM unnest('{BHD,JOD,KWD,OMR,TND}'::text[]) AS c
) AS v (currency, minor_units, minimum, step);
INSERT INTO payments.provider_limits (provider, currency, minor_units, minimum, maximum)
VALUES ('stripe', 'INR', 2, 50, 999999999), ('stripe', 'COP', 2, 50, 9999999999),
       ('stripe', 'IDR', 2, 50, 999999999999);

-- https://developer.sslcommerz.com/doc/v4/: 10.00 to 500,000.00 BDT, decimal(10,2). Other currencies are converted at
-- its rate, which only it knows; decimals as in ISO 4217, and steps that two decimals can express.
INSERT INTO payments.provider_limits (provider, currency, minor_units, minimum, maximum, step)
SELECT 'sslcommerz', v.currency, v.minor_units, v.minimum, v.maximum, v.step
FROM (
    VALUES ('*', 2, 1, 9999999999, 1), ('BDT', 2, 1000, 50000000, 1)
    UNION ALL
    SELECT c, 0, 1, 99999999, 1
    FROM unnest('{BIF,CLP,DJF,GNF,ISK,JPY,KMF,KRW,PYG,RWF,UGX,UYI,VND,VUV,XAF,XOF,XPF}'::text[]) AS c
    UNION ALL
    SELECT c, 3, 10, 99999999990, 10 FROM unnest('{BHD,IQD,JOD,KWD,LYD,OMR,TND}'::text[]) AS c
    UNION ALL
    SELECT c, 4, 100, 999999999900, 100 FROM unnest('{CLF,UYW}'::text[]) AS c
) AS v (currency, minor_units, minimum, maximum, step);
