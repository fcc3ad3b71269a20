-- Types of the endpoints in db/billing/api: what a client sends and what it gets.

CREATE TYPE api.seller AS (
    name text, email text, phone text, line1 text, line2 text, postal_code text, city text, region text, country text,
    registration text, vat_id text, tax_number text, iban text, bic text, account_holder text, exemption text,
    e_invoice boolean, version bigint, created_at timestamptz
);

CREATE TYPE api.invoice_seller AS (
    name text, email text, phone text, line1 text, line2 text, postal_code text, city text, region text, country text,
    registration text, vat_id text, tax_number text, iban text
);

CREATE TYPE api.invoice_buyer AS (
    name text, recipient text, email text, phone text, line1 text, line2 text, postal_code text, city text,
    region text, country text
);

CREATE TYPE api.invoice_component AS (sku text, name text, quantity integer);

CREATE TYPE api.invoice_item AS (
    "position" integer, order_item_id uuid, sku text, name text, quantity integer, unit_price bigint, discount bigint,
    tax_category text, tax_rate numeric, tax_included boolean, net bigint, tax bigint, total bigint,
    components api.invoice_component[]
);
COMMENT ON COLUMN api.invoice_item.tax_included IS 'Whether unit_price and discount include tax.';
COMMENT ON COLUMN api.invoice_item.components IS 'The contents of one bundle.';
COMMENT ON COLUMN api.invoice_item.tax_category IS
'S: the rate applies; E: exempt; O: outside the scope of tax (UNTDID 5305).';
COMMENT ON COLUMN api.invoice_item.tax_rate IS 'Per cent.';

CREATE TYPE api.invoice_tax AS (category text, rate numeric, basis bigint, amount bigint, gross bigint, reason text);

CREATE TYPE api.invoice AS (
    id uuid, kind text, number text, order_id uuid, order_number text, refund_id uuid, invoice_id uuid,
    invoice_number text, invoice_date date, issue_date date, paid_date date, currency text, minor_units integer,
    seller api.invoice_seller, buyer api.invoice_buyer, items api.invoice_item[], subtotal bigint, discount bigint,
    shipping bigint, shipping_tax_category text, shipping_tax_rate numeric, tax bigint, tax_included bigint,
    taxes api.invoice_tax[], total bigint, amount_paid bigint, reason text, e_invoice boolean, created_at timestamptz
);
COMMENT ON COLUMN api.invoice.kind IS 'invoice; credit_note; debit_note: it cancels a credit note.';
COMMENT ON COLUMN api.invoice.invoice_id IS
'Of a credit note: the invoice it corrects. Of a debit note: the credit note it cancels.';
COMMENT ON COLUMN api.invoice.e_invoice IS 'Whether Factur-X (EN 16931) is inside the PDF.';

CREATE TYPE api.invoice_page AS (data api.invoice[], next_cursor text);

CREATE TYPE api.invoice_pdf AS (number text, sha256 text, content text);
COMMENT ON COLUMN api.invoice_pdf.content IS 'Base64.';

CREATE TYPE api.invoice_xml AS (number text, sha256 text, content text);

CREATE TYPE api.issued_invoice AS (invoice api.invoice, printed boolean, xrechnung boolean);
COMMENT ON COLUMN api.issued_invoice.xrechnung IS 'Whether it is wanted as XRechnung too, and has all that this needs.';
