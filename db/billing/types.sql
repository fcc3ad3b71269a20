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
    region text, country text, tax_id text, reference text
);
COMMENT ON COLUMN api.invoice_buyer.reference IS 'What the buyer wants on the invoice, such as a Leitweg-ID (BT-10).';

CREATE TYPE api.invoice_component AS (sku text, name text, quantity integer);

CREATE TYPE api.line_tax AS (name text, rate numeric, amount bigint, included boolean);
COMMENT ON COLUMN api.line_tax.rate IS 'Per cent.';
COMMENT ON COLUMN api.line_tax.included IS 'Whether the price contains it, or it is added to the price.';

CREATE TYPE api.invoice_item AS (
    "position" integer, order_item_id uuid, sku text, name text, quantity integer, unit_price bigint, discount bigint,
    tax_category text, tax_rate numeric, tax_included boolean, net bigint, tax bigint, total bigint,
    components api.invoice_component[], taxes api.line_tax[], reason_code text, reason text
);
COMMENT ON COLUMN api.invoice_item.tax_included IS 'Whether unit_price and discount include tax.';
COMMENT ON COLUMN api.invoice_item.components IS 'The contents of one bundle.';
COMMENT ON COLUMN api.invoice_item.tax_category IS
'UNTDID 5305, as EN 16931 uses it. S: the rate applies; Z: zero-rated; E: exempt; G: export; K: supply to another member
state of the EU; AE: the buyer owes the tax; O: outside the scope of tax.';
COMMENT ON COLUMN api.invoice_item.tax_rate IS 'Per cent, of all taxes together.';
COMMENT ON COLUMN api.invoice_item.taxes IS 'In the order in which they are charged; their amounts add up to tax.';
COMMENT ON COLUMN api.invoice_item.reason IS 'Why no tax is charged; reason_code is of the VATEX code list.';

CREATE TYPE api.invoice_shipping AS (
    amount bigint, net bigint, tax bigint, total bigint, tax_category text, tax_rate numeric, tax_included boolean,
    taxes api.line_tax[], reason_code text, reason text
);
COMMENT ON COLUMN api.invoice_shipping.amount IS 'A part of the invoice''s shipping; with its tax if tax_included.';

CREATE TYPE api.invoice_tax AS (
    category text, name text, rate numeric, basis bigint, amount bigint, gross bigint, reason_code text, reason text
);
COMMENT ON COLUMN api.invoice_tax.basis IS
'What the tax is computed from, shipping included; with other taxes, where it is charged on top of them.';

CREATE TYPE api.invoice AS (
    id uuid, kind text, number text, order_id uuid, order_number text, refund_id uuid, invoice_id uuid,
    invoice_number text, invoice_date date, issue_date date, paid_date date, currency text, minor_units integer,
    seller api.invoice_seller, buyer api.invoice_buyer, items api.invoice_item[], subtotal bigint, discount bigint,
    shipping bigint, shipping_tax bigint, shipping_parts api.invoice_shipping[], tax bigint, tax_included bigint,
    taxes api.invoice_tax[], total bigint, amount_paid bigint, reason text, e_invoice boolean, language text,
    tax_country text, created_at timestamptz
);
COMMENT ON COLUMN api.invoice.issue_date IS 'The day in the shop''s time zone.';
COMMENT ON COLUMN api.invoice.shipping_tax IS 'The part of tax that is the shipping''s.';
COMMENT ON COLUMN api.invoice.shipping_parts IS 'The shipping, a part for each way in which it is taxed.';
COMMENT ON COLUMN api.invoice.language IS 'BCP 47.';
COMMENT ON COLUMN api.invoice.tax_country IS 'The country whose tax law applies.';
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
