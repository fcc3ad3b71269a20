-- depends: 0066.keys_and_vacuum
-- Tax that can be filed: several taxes on a line, tax on shipping, reasons where none is charged, the buyer's tax id.

-- --- rules --------------------------------------------------------------------------------------

-- What a region's rate does to the country's: takes its place, comes beside it, or is charged on the price with it.
ALTER TABLE sales.tax_rates
    ADD COLUMN combine text NOT NULL DEFAULT 'replace',
    ADD CONSTRAINT tax_combine_unknown CHECK (combine IN ('replace', 'add', 'compound')) NOT VALID,
    ADD CONSTRAINT tax_combine_needs_region CHECK (combine = 'replace' OR region <> '') NOT VALID;
COMMENT ON CONSTRAINT tax_combine_needs_region ON sales.tax_rates IS
    'Only the rate of a region can be added to that of its country.';

-- When no tax is charged, and what documents say about it. A rule is never changed, only ended: orders refer to it.
CREATE TABLE sales.tax_exemptions (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    category     text NOT NULL,                   -- UNTDID 5305, as EN 16931 uses it
    reason_code  text,                            -- of the VATEX code list
    text         text NOT NULL,                   -- what documents say
    destination  text NOT NULL,                   -- where the goods go, seen from where the shop is taxed
    countries    char(2)[],                       -- of the destination "countries"
    buyer        text NOT NULL DEFAULT 'any',     -- business: with the tax id of the destination
    tax_category text,                            -- of the goods; null: all of them
    valid        tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),
    created_by   uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT exemption_category_unknown CHECK (category IN ('Z', 'E', 'G', 'K', 'AE', 'O')),
    CONSTRAINT exemption_destination_unknown CHECK (destination IN ('domestic', 'eu', 'export', 'countries')),
    CONSTRAINT exemption_countries_missing
        CHECK ((destination = 'countries') = (countries IS NOT NULL) AND cardinality(countries) > 0),
    CONSTRAINT exemption_buyer_unknown CHECK (buyer IN ('any', 'business')),
    CONSTRAINT exemption_text_missing CHECK (btrim(text) <> ''),
    CONSTRAINT exemption_period_empty CHECK (NOT isempty(valid)),
    -- Reverse charge and intra-community supplies are for businesses; exports leave the country.
    CONSTRAINT exemption_needs_business CHECK (category NOT IN ('K', 'AE') OR buyer = 'business'),
    CONSTRAINT exemption_needs_border
        CHECK (category NOT IN ('K', 'G')
               OR destination IN ('countries', CASE category WHEN 'K' THEN 'eu' ELSE 'export' END))
);
COMMENT ON CONSTRAINT exemption_countries_missing ON sales.tax_exemptions IS
    'countries belongs to the destination "countries", and only to it.';
COMMENT ON CONSTRAINT exemption_needs_business ON sales.tax_exemptions IS
    'Intra-community supplies (K) and reverse charge (AE) need buyer "business".';
COMMENT ON CONSTRAINT exemption_needs_border ON sales.tax_exemptions IS
    'K is for destinations in the EU, G for exports, or for countries that are named.';

ALTER TABLE sales.shipping_methods ADD COLUMN tax_category text;    -- null: taxed like the goods that are sent

ALTER TABLE sales.settings
    ADD COLUMN untaxed_orders text NOT NULL DEFAULT 'hold',    -- where neither a rate nor a rule applies
    ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',          -- of documents and reports
    ADD CONSTRAINT untaxed_orders_unknown CHECK (untaxed_orders IN ('refuse', 'hold')) NOT VALID;

-- --- orders -------------------------------------------------------------------------------------

-- tax and tax_included of an order are sums over its lines and its shipping.
ALTER TABLE sales.orders
    ADD COLUMN shipping_tax bigint NOT NULL DEFAULT 0,
    ADD COLUMN shipping_tax_included bigint NOT NULL DEFAULT 0,    -- the part that is inside the price of the shipping
    -- How the shipping is taxed, a part for each treatment of the goods it carries: [{tax_category, exemption_id,
    -- tax_rate, tax_included, amount, tax, taxes}]; the amounts are those of orders.shipping, the taxes as in a line.
    ADD COLUMN shipping_parts jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN tax_country char(2),       -- whose tax law applies to the order; null: no tax was looked for
    ADD COLUMN tax_region text,           -- ISO 3166-2
    ADD COLUMN buyer_tax_id text,
    ADD COLUMN buyer_reference text;      -- what a public body wants on its invoices (BT-10; in Germany: Leitweg-ID)

ALTER TABLE sales.order_items
    ADD COLUMN tax_category text,         -- UNTDID 5305: S standard, Z, E, G, K, AE, O; null: not decided
    ADD COLUMN exemption_id uuid,
    ADD COLUMN taxes jsonb NOT NULL DEFAULT '[]',    -- [{name, rate, amount, included}], in the order of charging
    ADD CONSTRAINT line_tax_category_unknown
        CHECK (tax_category IN ('S', 'Z', 'E', 'G', 'K', 'AE', 'O')) NOT VALID,
    ADD CONSTRAINT order_items_exemption_id_fkey
        FOREIGN KEY (exemption_id) REFERENCES sales.tax_exemptions ON DELETE RESTRICT NOT VALID;

-- --- documents ----------------------------------------------------------------------------------

ALTER TABLE billing.invoices
    -- Documents from before shipping had parts keep it.
    -- squawk-ignore ban-drop-not-null
    ALTER COLUMN shipping_tax_category DROP NOT NULL,
    ADD COLUMN shipping_tax bigint NOT NULL DEFAULT 0,
    ADD COLUMN shipping_tax_included bigint NOT NULL DEFAULT 0,
    ADD COLUMN seller_country char(2),
    ADD COLUMN tax_country char(2),
    ADD COLUMN tax_region text,
    ADD COLUMN buyer_reference text,
    ADD COLUMN language text NOT NULL DEFAULT 'en',
    ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT invoice_of_another_year,
    ADD CONSTRAINT invoice_of_another_year
        CHECK (year = extract(year FROM created_at AT TIME ZONE time_zone)) NOT VALID;

ALTER TABLE billing.invoice_items
    ADD COLUMN taxes jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN reason_code text,          -- why no tax is charged, as it was when the order was placed
    ADD COLUMN reason text,
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT tax_category_unknown,
    ADD CONSTRAINT tax_category_unknown CHECK (tax_category IN ('S', 'Z', 'E', 'G', 'K', 'AE', 'O')) NOT VALID;

-- The shipping of a document, a row for each way in which it is taxed. None: documents from before it was taxed.
CREATE TABLE billing.invoice_shipping (
    invoice_id   uuid NOT NULL REFERENCES billing.invoices ON DELETE RESTRICT,
    position     integer NOT NULL,
    account_id   uuid NOT NULL,
    amount       bigint NOT NULL CONSTRAINT shipping_part_below_zero CHECK (amount >= 0),    -- with included tax
    tax_category text NOT NULL
                 CONSTRAINT tax_category_unknown CHECK (tax_category IN ('S', 'Z', 'E', 'G', 'K', 'AE', 'O')),
    reason_code  text,
    reason       text,
    tax_rate     numeric(7, 4) NOT NULL,
    tax_included boolean NOT NULL,
    tax          bigint NOT NULL,
    total        bigint NOT NULL,
    taxes        jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (invoice_id, position),
    CONSTRAINT invoice_shipping_adds_up CHECK (total = amount + CASE WHEN tax_included THEN 0 ELSE tax END)
);

-- A document's taxes, a row for each category, rate and name: what is filed.
CREATE TABLE billing.invoice_taxes (
    invoice_id      uuid NOT NULL REFERENCES billing.invoices ON DELETE RESTRICT,
    position        integer NOT NULL,
    account_id      uuid NOT NULL,
    category        text NOT NULL
                    CONSTRAINT tax_category_unknown CHECK (category IN ('S', 'Z', 'E', 'G', 'K', 'AE', 'O')),
    name            text,                         -- null where no tax is charged
    rate            numeric(7, 4) NOT NULL,
    reason_code     text,
    reason          text,
    basis           bigint NOT NULL,              -- what the tax is computed from, shipping included
    amount          bigint NOT NULL,
    shipping_basis  bigint NOT NULL,              -- of these, the shipping's
    shipping_amount bigint NOT NULL,
    PRIMARY KEY (invoice_id, position)
);

-- tax: what the shop owes to tax offices.
ALTER TABLE ledger.accounts
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT ledger_kind_unknown,
    ADD CONSTRAINT ledger_kind_unknown
        CHECK (kind IN ('clearing', 'sales', 'unapplied', 'wallet', 'credit', 'earnings', 'commission', 'payout',
                        'gift_cards', 'grants', 'disputes', 'fees', 'bank', 'exchange', 'tax')) NOT VALID;
