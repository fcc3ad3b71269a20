-- depends: 0070.regions
-- Tax ids and the language of customers, and what a service such as VIES said about a tax id.

ALTER TABLE identity.accounts
    ADD COLUMN tax_id text,       -- as identity.read_tax_id writes it
    ADD COLUMN language text;     -- null: the shop's
ALTER TABLE identity.addresses ADD COLUMN tax_id text;
ALTER TABLE sales.settings ADD COLUMN language text NOT NULL DEFAULT 'en';

-- A row for each tax id that an account, one of its addresses or one of its orders has.
CREATE TABLE identity.tax_id_checks (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    tax_id     text NOT NULL,
    status     text NOT NULL DEFAULT 'not_verified'
               CONSTRAINT tax_id_status_unknown CHECK (status IN ('not_verified', 'valid', 'invalid', 'unavailable')),
    service    text,                        -- that was asked
    name       text,                        -- what it said about the holder
    reference  text,                        -- its consultation number: the proof that it was asked
    checked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tax_id_check_twice UNIQUE (account_id, tax_id),
    CONSTRAINT tax_id_check_without_service CHECK (status = 'not_verified' OR num_nonnulls(service, checked_at) = 2)
);
