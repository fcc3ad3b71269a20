-- Types of the endpoints in db/billing/api: what a client sends and what it gets.

CREATE TYPE api.seller AS (
    name text, email text, phone text, line1 text, line2 text, postal_code text, city text, region text,
    country api.country, registration text, vat_id text, tax_number text, iban text, bic text, account_holder text,
    exemption text, e_invoice boolean, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.seller.email IS 'Null: it is not stated.';
COMMENT ON COLUMN api.seller.phone IS 'Null: it is not stated.';
COMMENT ON COLUMN api.seller.line1 IS 'Null: it is not stated.';
COMMENT ON COLUMN api.seller.line2 IS 'Null: there is none.';
COMMENT ON COLUMN api.seller.postal_code IS 'Null: it is not stated.';
COMMENT ON COLUMN api.seller.city IS 'Null: it is not stated.';
COMMENT ON COLUMN api.seller.region IS 'Null: it is not stated.';
COMMENT ON COLUMN api.seller.country IS 'Null: it is not stated.';
COMMENT ON COLUMN api.seller.registration IS 'In the commercial register. Null: it is not stated.';
COMMENT ON COLUMN api.seller.vat_id IS 'Null: there is none.';
COMMENT ON COLUMN api.seller.tax_number IS 'Null: it is not stated.';
COMMENT ON COLUMN api.seller.iban IS 'Null: it is not stated.';
COMMENT ON COLUMN api.seller.bic IS 'Null: it is not stated.';
COMMENT ON COLUMN api.seller.account_holder IS 'Of the bank account. Null: the seller.';
COMMENT ON COLUMN api.seller.exemption IS 'Why no tax is charged, for documents. Null: it is not stated.';
COMMENT ON COLUMN api.seller.e_invoice IS
'Whether PDFs contain Factur-X. Null: as is usual in the seller''s country, which is yes in Germany and France.';

CREATE TYPE api.invoice_seller AS (
    name text, email text, phone text, line1 text, line2 text, postal_code text, city text, region text,
    country api.country, registration text, vat_id text, tax_number text, iban text
);
COMMENT ON COLUMN api.invoice_seller.email IS 'Null: it is not stated.';
COMMENT ON COLUMN api.invoice_seller.phone IS 'Null: it is not stated.';
COMMENT ON COLUMN api.invoice_seller.line1 IS 'Null: it is not stated.';
COMMENT ON COLUMN api.invoice_seller.line2 IS 'Null: there is none.';
COMMENT ON COLUMN api.invoice_seller.postal_code IS 'Null: it is not stated.';
COMMENT ON COLUMN api.invoice_seller.city IS 'Null: it is not stated.';
COMMENT ON COLUMN api.invoice_seller.region IS 'Null: it is not stated.';
COMMENT ON COLUMN api.invoice_seller.country IS 'Null: it is not stated.';
COMMENT ON COLUMN api.invoice_seller.registration IS 'In the commercial register. Null: it is not stated.';
COMMENT ON COLUMN api.invoice_seller.vat_id IS 'Null: there is none.';
COMMENT ON COLUMN api.invoice_seller.tax_number IS 'Null: it is not stated.';
COMMENT ON COLUMN api.invoice_seller.iban IS 'Null: it is not stated.';

CREATE TYPE api.invoice_buyer AS (
    name text, recipient text, email text, phone text, line1 text, line2 text, postal_code text, city text,
    region text, country api.country, tax_id text, reference text
);
COMMENT ON COLUMN api.invoice_buyer.recipient IS 'To whom it was sent. Null: the order had no address.';
COMMENT ON COLUMN api.invoice_buyer.email IS 'Null: the account had none.';
COMMENT ON COLUMN api.invoice_buyer.phone IS 'Null: it was not given.';
COMMENT ON COLUMN api.invoice_buyer.line1 IS 'Null: the order had no address.';
COMMENT ON COLUMN api.invoice_buyer.line2 IS 'Null: there is none.';
COMMENT ON COLUMN api.invoice_buyer.postal_code IS 'Null: there is none.';
COMMENT ON COLUMN api.invoice_buyer.city IS 'Null: the order had no address.';
COMMENT ON COLUMN api.invoice_buyer.region IS 'Its name. Null: there is none.';
COMMENT ON COLUMN api.invoice_buyer.country IS 'Null: the order had no address.';
COMMENT ON COLUMN api.invoice_buyer.tax_id IS 'Null: the buyer has none.';
COMMENT ON COLUMN api.invoice_buyer.reference IS
'What the buyer wants on the invoice, such as a Leitweg-ID (BT-10). Null: nothing.';

CREATE TYPE api.invoice_component AS (sku text, name text, quantity integer);

CREATE TYPE api.line_tax AS (name text, rate numeric, amount bigint, included boolean);
COMMENT ON COLUMN api.line_tax.rate IS 'Per cent.';
COMMENT ON COLUMN api.line_tax.included IS 'Whether the price contains it, or it is added to the price.';

CREATE TYPE api.invoice_item AS (
    "position" integer, order_item_id uuid, sku text, name text, quantity integer, unit_price bigint, discount bigint,
    tax_category api.tax_treatment, tax_rate numeric, tax_included boolean, net bigint, tax bigint, total bigint,
    components api.invoice_component[], taxes api.line_tax[], reason_code text, reason text
);
COMMENT ON COLUMN api.invoice_item.order_item_id IS
'Null: it is no line of the order, but an amount that was given back.';
COMMENT ON COLUMN api.invoice_item.sku IS 'Null: it is no line of the order, but an amount that was given back.';
COMMENT ON COLUMN api.invoice_item.tax_included IS 'Whether unit_price and discount include tax.';
COMMENT ON COLUMN api.invoice_item.components IS 'The contents of one bundle.';
COMMENT ON COLUMN api.invoice_item.tax_rate IS 'Per cent, of all taxes together.';
COMMENT ON COLUMN api.invoice_item.taxes IS 'In the order in which they are charged; their amounts add up to tax.';
COMMENT ON COLUMN api.invoice_item.reason_code IS
'Of the VATEX code list. Null where tax is charged, or no code says why.';
COMMENT ON COLUMN api.invoice_item.reason IS 'Why no tax is charged. Null where it is, or nothing says why.';

CREATE TYPE api.invoice_shipping AS (
    amount bigint, net bigint, tax bigint, total bigint, tax_category api.tax_treatment, tax_rate numeric,
    tax_included boolean, taxes api.line_tax[], reason_code text, reason text
);
COMMENT ON COLUMN api.invoice_shipping.amount IS 'A part of the invoice''s shipping; with its tax if tax_included.';
COMMENT ON COLUMN api.invoice_shipping.tax_rate IS 'Per cent, of all taxes together.';
COMMENT ON COLUMN api.invoice_shipping.reason_code IS
'Of the VATEX code list. Null where tax is charged, or no code says why.';
COMMENT ON COLUMN api.invoice_shipping.reason IS 'Why no tax is charged. Null where it is, or nothing says why.';

CREATE TYPE api.invoice_tax AS (
    category api.tax_treatment, name text, rate numeric, basis bigint, amount bigint, gross bigint, reason_code text,
    reason text
);
COMMENT ON COLUMN api.invoice_tax.name IS
'Null: no tax is charged, or a document of an older version does not name it.';
COMMENT ON COLUMN api.invoice_tax.rate IS 'Per cent.';
COMMENT ON COLUMN api.invoice_tax.gross IS '`basis` and `amount`.';
COMMENT ON COLUMN api.invoice_tax.reason_code IS
'Of the VATEX code list. Null where tax is charged, or no code says why.';
COMMENT ON COLUMN api.invoice_tax.reason IS 'Why no tax is charged. Null where it is, or nothing says why.';
COMMENT ON COLUMN api.invoice_tax.basis IS
'What the tax is computed from, shipping included; with other taxes, where it is charged on top of them.';

CREATE DOMAIN api.invoice_kind AS text
    CONSTRAINT invoice_kind_unknown CHECK (VALUE = ANY (ARRAY['invoice', 'credit_note', 'debit_note']));
COMMENT ON DOMAIN api.invoice_kind IS 'invoice; credit_note; debit_note: it cancels a credit note.';

CREATE TYPE api.invoice AS (
    id uuid, kind api.invoice_kind, number text, order_id uuid, order_number text, refund_id uuid, invoice_id uuid,
    invoice_number text, invoice_date date, issue_date date, paid_date date, currency api.currency, minor_units integer,
    seller api.invoice_seller, buyer api.invoice_buyer, items api.invoice_item[], subtotal bigint, discount bigint,
    shipping bigint, shipping_tax bigint, shipping_parts api.invoice_shipping[], tax bigint, tax_included bigint,
    taxes api.invoice_tax[], total bigint, amount_paid bigint, reason text, e_invoice boolean, language text,
    tax_country api.country, created_at timestamptz
);
COMMENT ON COLUMN api.invoice.issue_date IS 'The day in the shop''s time zone.';
COMMENT ON COLUMN api.invoice.shipping_tax IS 'The part of tax that is the shipping''s.';
COMMENT ON COLUMN api.invoice.shipping_parts IS 'The shipping, a part for each way in which it is taxed.';
COMMENT ON COLUMN api.invoice.language IS 'BCP 47.';
COMMENT ON COLUMN api.invoice.tax_country IS 'The country whose tax law applies. Null: that of none.';
COMMENT ON COLUMN api.invoice.invoice_id IS
'Of a credit note: the invoice it corrects. Of a debit note: the credit note it cancels. Null of an invoice.';
COMMENT ON COLUMN api.invoice.invoice_number IS 'That document''s number. Null of an invoice.';
COMMENT ON COLUMN api.invoice.invoice_date IS 'That document''s date. Null of an invoice.';
COMMENT ON COLUMN api.invoice.refund_id IS 'The refund that a credit note is for. Null of other documents.';
COMMENT ON COLUMN api.invoice.paid_date IS 'The day of the payment, or of the refund.';
COMMENT ON COLUMN api.invoice.minor_units IS 'The number of decimals of the currency.';
COMMENT ON COLUMN api.invoice.reason IS 'Why it was issued. Null of an invoice.';
COMMENT ON COLUMN api.invoice.e_invoice IS 'Whether Factur-X (EN 16931) is inside the PDF.';

CREATE TYPE api.invoice_page AS (data api.invoice[], next_cursor text);

CREATE TYPE api.invoice_pdf AS (number text, sha256 text, content text);
COMMENT ON COLUMN api.invoice_pdf.content IS 'Base64.';

CREATE TYPE api.invoice_xml AS (number text, sha256 text, content text);

CREATE TYPE api.issued_invoice AS (invoice api.invoice, printed boolean, xrechnung boolean);
COMMENT ON COLUMN api.issued_invoice.xrechnung IS 'Whether it is wanted as XRechnung too, and has all that this needs.';
