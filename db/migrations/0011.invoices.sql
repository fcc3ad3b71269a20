-- depends: 0010.money
-- Invoices: who sells, numbers without a gap, what was invoiced and credited, the pages.

CREATE SCHEMA billing;
COMMENT ON SCHEMA billing IS 'Invoices and credit notes: numbered without a gap, never changed.';
GRANT USAGE ON SCHEMA billing TO store_api;

-- Who sells. A change is a new version; an invoice names the one that was in force, so what it says never changes.
CREATE TABLE billing.sellers (
    version      bigint NOT NULL CONSTRAINT seller_changed_meanwhile PRIMARY KEY,
    name         text NOT NULL,
    email        text,
    phone        text,
    line1        text,
    line2        text,
    postal_code  text,
    city         text,
    region       text,
    country      char(2),
    registration text,              -- in a register of companies
    vat_id       text,
    tax_number   text,
    iban         text,
    exemption    text,              -- why no tax is charged, where none is
    e_invoice    boolean,           -- Factur-X inside the PDF; null: where the country asks for it
    created_by   uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- EN 16931: BR-9, BR-CO-26.
    CONSTRAINT e_invoice_seller_incomplete
        CHECK (e_invoice IS NOT TRUE OR country IS NOT NULL AND num_nonnulls(registration, vat_id, tax_number) > 0)
);
COMMENT ON CONSTRAINT seller_changed_meanwhile ON billing.sellers IS 'The seller was changed by somebody else just now. Read it again.';
COMMENT ON CONSTRAINT e_invoice_seller_incomplete ON billing.sellers IS
    'E-invoices need the seller''s country and one of registration, vat_id and tax_number.';
INSERT INTO billing.sellers (version, name) VALUES (1, 'The shop');

-- The last number given. The row is updated in the transaction that uses the number: a rollback gives it back.
CREATE TABLE billing.series (
    kind          text NOT NULL,
    year          integer NOT NULL,
    last_sequence bigint NOT NULL,
    PRIMARY KEY (kind, year)
) WITH (fillfactor = 50);

CREATE TABLE billing.invoices (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    kind           text NOT NULL CONSTRAINT invoice_kind_unknown CHECK (kind IN ('invoice', 'credit_note')),
    year           integer NOT NULL,
    sequence       bigint NOT NULL,
    number         text NOT NULL GENERATED ALWAYS AS (
                       CASE kind WHEN 'invoice' THEN 'INV-' ELSE 'CN-' END || year || '-'
                       || lpad(sequence::text, greatest(6, length(sequence::text)), '0')) STORED,
    order_id       uuid NOT NULL REFERENCES sales.orders ON DELETE RESTRICT,
    refund_id      uuid CONSTRAINT refund_credited_twice UNIQUE REFERENCES payments.refunds ON DELETE RESTRICT,
    invoice_id     uuid REFERENCES billing.invoices ON DELETE RESTRICT,    -- which one a credit note corrects
    account_id     uuid NOT NULL,                                          -- the order's: a policy needs no join
    seller_version bigint NOT NULL REFERENCES billing.sellers ON DELETE RESTRICT,
    buyer          jsonb NOT NULL,
    currency       char(3) NOT NULL REFERENCES catalog.currencies ON DELETE RESTRICT,
    minor_units    smallint NOT NULL,
    subtotal       bigint NOT NULL,
    discount       bigint NOT NULL,
    shipping       bigint NOT NULL,
    shipping_tax_category text NOT NULL,
    tax            bigint NOT NULL,
    total          bigint NOT NULL CONSTRAINT invoice_total_below_zero CHECK (total >= 0),
    reason         text,
    e_invoice      boolean NOT NULL,
    paid_at        timestamptz NOT NULL,                                   -- of a credit note: refunded
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),         -- after the number's lock: dates follow numbers
    CONSTRAINT invoice_number_twice UNIQUE (kind, year, sequence),
    -- Who waited for a number over the turn of the year is refused, gives it back, and gets one of the new year.
    CONSTRAINT invoice_of_another_year CHECK (year = extract(year FROM created_at AT TIME ZONE 'UTC')),
    CONSTRAINT invoice_adds_up CHECK (total = subtotal - discount + tax + shipping),
    CONSTRAINT credit_note_corrects_an_invoice CHECK ((kind = 'credit_note') = (refund_id IS NOT NULL)
                                                      AND (kind = 'credit_note') = (invoice_id IS NOT NULL))
);
CREATE UNIQUE INDEX order_invoiced_twice ON billing.invoices (order_id) WHERE kind = 'invoice';
CREATE INDEX invoices_order ON billing.invoices (order_id, id);
CREATE INDEX invoices_corrected ON billing.invoices (invoice_id);
CREATE INDEX invoices_seller ON billing.invoices (seller_version);
CREATE INDEX invoices_currency ON billing.invoices (currency);

CREATE TABLE billing.invoice_items (
    invoice_id    uuid NOT NULL REFERENCES billing.invoices ON DELETE RESTRICT,
    position      integer NOT NULL,
    account_id    uuid NOT NULL,
    order_item_id uuid REFERENCES sales.order_items ON DELETE RESTRICT,
    sku           text,
    name          text NOT NULL,
    quantity      integer NOT NULL,
    unit_price    bigint NOT NULL,
    discount      bigint NOT NULL,
    tax_category  text NOT NULL
                  CONSTRAINT tax_category_unknown CHECK (tax_category IN ('S', 'E', 'O')),    -- UNTDID 5305: standard, exempt, outside
    tax_rate      numeric(7, 4) NOT NULL,      -- per cent
    tax           bigint NOT NULL,
    total         bigint NOT NULL,
    PRIMARY KEY (invoice_id, position),
    CONSTRAINT invoice_item_adds_up CHECK (total = unit_price * quantity - discount + tax)
);
CREATE INDEX invoice_items_line ON billing.invoice_items (order_item_id);

-- The page, printed once. Apart from the invoice, so that this is written once as well and nothing is ever updated.
CREATE TABLE billing.invoice_files (
    invoice_id uuid PRIMARY KEY REFERENCES billing.invoices ON DELETE RESTRICT,
    account_id uuid NOT NULL,
    content    bytea NOT NULL CONSTRAINT invoice_file_is_no_pdf CHECK (substr(content, 1, 5) = '%PDF-'),
    sha256     bytea NOT NULL GENERATED ALWAYS AS (sha256(content)) STORED,
    created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE billing.invoice_files ALTER COLUMN content SET STORAGE EXTERNAL;    -- a PDF is compressed already

-- What was paid and refunded before there were invoices.
INSERT INTO messaging.outbox (kind, payload)
SELECT 'issue_invoice', jsonb_build_object('order_id', o.id)
FROM sales.orders AS o
WHERE o.paid_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM messaging.outbox AS j WHERE j.kind = 'issue_invoice' AND j.payload ->> 'order_id' = o.id::text AND j.done_at IS NULL)
ORDER BY o.paid_at;
INSERT INTO messaging.outbox (kind, payload)
SELECT 'issue_credit_note', jsonb_build_object('refund_id', r.id)
FROM payments.refunds AS r JOIN sales.orders AS o ON o.id = r.order_id
WHERE r.status = 'completed' AND r.from_order > 0 AND o.paid_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM messaging.outbox AS j WHERE j.kind = 'issue_credit_note' AND j.payload ->> 'refund_id' = r.id::text AND j.done_at IS NULL)
ORDER BY r.completed_at;
