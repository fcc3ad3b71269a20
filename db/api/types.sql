-- The vocabulary of the contract: what a client sends and gets. A domain carries the limits of an input, its COMMENT says them in words.

CREATE DOMAIN api.page_limit AS integer CONSTRAINT limit_out_of_range CHECK (VALUE >= 1 AND VALUE <= 100);
COMMENT ON DOMAIN api.page_limit IS 'How many rows to answer at most, 1 to 100.';
CREATE DOMAIN api.page_cursor AS text CONSTRAINT cursor_invalid CHECK (char_length(VALUE) <= 2000);
COMMENT ON DOMAIN api.page_cursor IS 'The next_cursor of the page before.';
CREATE DOMAIN api.currency AS text CONSTRAINT currency_malformed CHECK (VALUE ~ '^[A-Z]{3}$');
COMMENT ON DOMAIN api.currency IS 'ISO 4217 code, such as USD.';
CREATE DOMAIN api.amount AS bigint CONSTRAINT amount_out_of_range CHECK (VALUE >= 1 AND VALUE <= 1000000000000);
COMMENT ON DOMAIN api.amount IS 'An amount above zero, in minor units (cents).';
CREATE DOMAIN api.price AS bigint CONSTRAINT price_out_of_range CHECK (VALUE >= 0 AND VALUE <= 1000000000000);
COMMENT ON DOMAIN api.price IS 'A price in minor units (cents).';
CREATE DOMAIN api.quantity AS integer CONSTRAINT quantity_out_of_range CHECK (VALUE >= 1 AND VALUE <= 10000);
COMMENT ON DOMAIN api.quantity IS 'How many pieces, 1 to 10,000.';
CREATE DOMAIN api.quantity_or_none AS integer CONSTRAINT quantity_out_of_range CHECK (VALUE >= 0 AND VALUE <= 10000);
COMMENT ON DOMAIN api.quantity_or_none IS 'How many pieces, 0 to 10,000; 0 removes the line.';
CREATE DOMAIN api.stock_delta AS bigint CONSTRAINT delta_out_of_range CHECK (VALUE >= -1000000000 AND VALUE <= 1000000000 AND VALUE <> 0);
COMMENT ON DOMAIN api.stock_delta IS 'Pieces that came (positive) or went (negative).';
CREATE DOMAIN api.stock_count AS bigint CONSTRAINT stock_out_of_range CHECK (VALUE >= 0 AND VALUE <= 1000000000);
COMMENT ON DOMAIN api.stock_count IS 'Pieces on hand.';
CREATE DOMAIN api.email AS text CONSTRAINT email_malformed
    CHECK (char_length(VALUE) <= 254 AND VALUE ~ '^[^\s@<>()\[\],;:"\\]+@[^\s@<>()\[\],;:"\\.]+(\.[^\s@<>()\[\],;:"\\.]+)+$');
COMMENT ON DOMAIN api.email IS 'An e-mail address.';
CREATE DOMAIN api.handle AS text CONSTRAINT handle_malformed CHECK (VALUE ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{2,29}$');
COMMENT ON DOMAIN api.handle IS '3 to 30 letters, digits, dots, dashes or underscores.';
CREATE DOMAIN api.password AS text CONSTRAINT password_weak CHECK (char_length(VALUE) >= 8 AND char_length(VALUE) <= 64);
COMMENT ON DOMAIN api.password IS '8 to 64 characters with a lower-case letter, an upper-case letter, a digit and a symbol.';
CREATE DOMAIN api.short_text AS text CONSTRAINT text_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 200);
COMMENT ON DOMAIN api.short_text IS '1 to 200 characters.';
CREATE DOMAIN api.long_text AS text CONSTRAINT text_length CHECK (char_length(VALUE) <= 10000);
COMMENT ON DOMAIN api.long_text IS 'Up to 10,000 characters.';
CREATE DOMAIN api.country AS text CONSTRAINT country_malformed CHECK (VALUE ~ '^[A-Z]{2}$');
COMMENT ON DOMAIN api.country IS 'ISO 3166-1 alpha-2 code, such as BD.';

CREATE TYPE api.account AS (
    id uuid, email text, handle text, display_name text, role text, status text, email_verified boolean, version bigint, created_at timestamptz
);
CREATE TYPE api.session AS (access_token text, refresh_token text, token_type text, expires_in integer, account api.account);
CREATE DOMAIN api.account_role AS text CONSTRAINT account_role_unknown CHECK (VALUE = ANY (ARRAY['customer', 'merchant', 'support', 'admin']));
COMMENT ON DOMAIN api.account_role IS 'What somebody may do.';
CREATE DOMAIN api.account_status AS text CONSTRAINT account_status_unknown CHECK (VALUE = ANY (ARRAY['active', 'suspended', 'closed']));
COMMENT ON DOMAIN api.account_status IS 'Whether somebody can log in.';
CREATE TYPE api.admin_account AS (
    id uuid, email text, handle text, display_name text, role text, status text, email_verified boolean, last_login_at timestamptz,
    version bigint, created_at timestamptz
);
CREATE TYPE api.admin_account_page AS (data api.admin_account[], next_cursor text);
CREATE TYPE api.address AS (
    id uuid, name text, line1 text, line2 text, city text, region text, postal_code text, country text, phone text,
    is_default boolean, version bigint, created_at timestamptz
);
CREATE TYPE api.address_page AS (data api.address[], next_cursor text);

CREATE DOMAIN api.slug AS text CONSTRAINT slug_malformed CHECK (char_length(VALUE) <= 100 AND VALUE ~ '^[a-z0-9]+(-[a-z0-9]+)*$');
COMMENT ON DOMAIN api.slug IS 'Lower-case letters, digits and dashes.';
CREATE DOMAIN api.sku AS text CONSTRAINT sku_malformed CHECK (VALUE ~ '^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$');
COMMENT ON DOMAIN api.sku IS 'Stock keeping unit: up to 64 letters, digits, dots, dashes, slashes.';
CREATE DOMAIN api.image_url AS text CONSTRAINT image_url_malformed CHECK (char_length(VALUE) <= 2000 AND VALUE ~ '^https?://\S+$');
COMMENT ON DOMAIN api.image_url IS 'The address of an image.';
CREATE DOMAIN api.search_text AS text CONSTRAINT search_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 200);
COMMENT ON DOMAIN api.search_text IS 'What to look for.';
CREATE DOMAIN api.product_sort AS text CONSTRAINT sort_unknown
    CHECK (VALUE = ANY (ARRAY['relevance', 'newest', 'name', 'price', '-price']));
COMMENT ON DOMAIN api.product_sort IS 'How to sort.';

CREATE TYPE api.category AS (id uuid, parent_id uuid, slug text, name text, "position" integer, version bigint, created_at timestamptz);
CREATE TYPE api.category_page AS (data api.category[], next_cursor text);
CREATE TYPE api.product AS (
    id uuid, merchant_id uuid, category_id uuid, sku text, name text, description text, attributes jsonb, images text[],
    weight integer, tax_category text, price bigint, currency text, available bigint, version bigint, created_at timestamptz
);
CREATE DOMAIN api.weight AS integer CONSTRAINT weight_out_of_range CHECK (VALUE >= 0 AND VALUE <= 10000000);
COMMENT ON DOMAIN api.weight IS 'Grams.';
CREATE DOMAIN api.tax_category AS text CONSTRAINT tax_category_malformed CHECK (VALUE ~ '^[a-z][a-z0-9_-]{0,39}$');
COMMENT ON DOMAIN api.tax_category IS 'Which tax rate, such as standard, reduced, books.';
CREATE TYPE api.product_page AS (data api.product[], next_cursor text);
CREATE TYPE api.wishlist_item AS (id uuid, product_id uuid, product api.product, created_at timestamptz);
COMMENT ON COLUMN api.wishlist_item.product IS 'null: it is no longer sold.';
CREATE TYPE api.wishlist_page AS (data api.wishlist_item[], next_cursor text);
CREATE TYPE api.import_line AS (line integer, sku text, status text, code text, message text);
COMMENT ON COLUMN api.import_line.line IS 'Of the file; the first after the names of the columns is 2.';
COMMENT ON COLUMN api.import_line.status IS 'created, updated, unchanged, error, or skipped: fine, but others are not.';
CREATE TYPE api.import_line_page AS (data api.import_line[], next_cursor text);
CREATE TYPE api.product_import AS (
    id uuid, status text, lines integer, checked integer, created integer, updated integer, unchanged integer, failed integer,
    report api.import_line[], completed_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.product_import.status IS 'checking, applying, completed or rejected.';
CREATE TYPE api.product_import_page AS (data api.product_import[], next_cursor text);
CREATE TYPE api.price_version AS (price bigint, currency text, valid_from timestamptz, valid_until timestamptz, version bigint);
CREATE TYPE api.price_page AS (data api.price_version[], next_cursor text);
CREATE TYPE api.stock_level AS (product_id uuid, on_hand bigint, reserved bigint, available bigint);
CREATE TYPE api.stock_movement AS (
    id uuid, kind text, on_hand_delta bigint, reserved_delta bigint, order_id uuid, reason text, actor_id uuid, created_at timestamptz
);
CREATE TYPE api.stock_movement_page AS (data api.stock_movement[], next_cursor text);
CREATE TYPE api.sale AS (
    id uuid, order_id uuid, order_number text, order_status text, product_id uuid, sku text, name text, quantity integer,
    unit_price bigint, total bigint, currency text, created_at timestamptz
);
CREATE TYPE api.sale_page AS (data api.sale[], next_cursor text);

CREATE TYPE api.cart_item AS (
    id uuid, product_id uuid, bundle_id uuid, name text, quantity integer, price_when_added bigint, unit_price bigint, available bigint, total bigint
);
CREATE TYPE api.cart AS (id uuid, currency text, items api.cart_item[], subtotal bigint, discount bigint, total bigint);

CREATE DOMAIN api.order_status AS text CONSTRAINT order_status_unknown
    CHECK (VALUE = ANY (ARRAY['pending', 'paid', 'shipped', 'delivered', 'cancelled']));
COMMENT ON DOMAIN api.order_status IS 'Where an order is.';

CREATE TYPE api.order_line AS (product_id uuid, quantity api.quantity, bundle_id uuid);
COMMENT ON COLUMN api.order_line.product_id IS 'Optional. A product, or else:';
COMMENT ON COLUMN api.order_line.bundle_id IS 'Optional. A bundle.';
CREATE TYPE api.order_change AS (product_id uuid, quantity api.quantity_or_none, bundle_id uuid);
COMMENT ON COLUMN api.order_change.product_id IS 'Optional. A product, or else:';
COMMENT ON COLUMN api.order_change.bundle_id IS 'Optional. A bundle.';
CREATE TYPE api.order_component AS (product_id uuid, sku text, name text, quantity integer, share bigint);
COMMENT ON COLUMN api.order_component.quantity IS 'Pieces in one bundle.';
COMMENT ON COLUMN api.order_component.share IS 'What of one bundle''s price it bears.';
CREATE TYPE api.order_item AS (
    id uuid, product_id uuid, bundle_id uuid, sku text, name text, quantity integer, unit_price bigint, price_version bigint,
    discount bigint, tax bigint, tax_rate numeric, tax_included boolean, total bigint, components api.order_component[]
);
CREATE TYPE api."order" AS (
    id uuid, number text, account_id uuid, status text, currency text, items api.order_item[], subtotal bigint, discount bigint, tax bigint,
    tax_included bigint, shipping bigint, shipping_method_id uuid, total bigint, amount_paid bigint, amount_refunded bigint, promo_code text, shipping_address jsonb, expires_at timestamptz,
    version bigint, created_at timestamptz
);
CREATE TYPE api.order_page AS (data api."order"[], next_cursor text);
CREATE TYPE api.order_event AS (id uuid, type text, data jsonb, actor_id uuid, created_at timestamptz);
CREATE TYPE api.order_event_page AS (data api.order_event[], next_cursor text);

CREATE DOMAIN api.refund_status AS text CONSTRAINT refund_status_unknown CHECK (VALUE = ANY (ARRAY['pending', 'completed', 'failed']));
COMMENT ON DOMAIN api.refund_status IS 'Where a refund is.';
CREATE DOMAIN api.dispute_status AS text CONSTRAINT dispute_status_unknown CHECK (VALUE = ANY (ARRAY['open', 'won', 'lost']));
COMMENT ON DOMAIN api.dispute_status IS 'Where a dispute is.';

CREATE TYPE api.payment AS (
    id uuid, order_id uuid, purpose text, provider text, status text, amount bigint, currency text, capture_method text, amount_captured bigint,
    amount_refunded bigint, provider_reference text, checkout_url text, failure_code text, expires_at timestamptz, version bigint,
    created_at timestamptz
);
CREATE TYPE api.payment_page AS (data api.payment[], next_cursor text);
CREATE TYPE api.payment_answer AS (payment api.payment, checkout_url text);
CREATE TYPE api.refund_line AS (order_item_id uuid, quantity api.quantity, product_id uuid);
COMMENT ON COLUMN api.refund_line.product_id IS 'Optional. Of a bundle line: pieces of this component instead of whole bundles.';
CREATE TYPE api.refund_item AS (order_item_id uuid, product_id uuid, quantity integer, amount bigint);
CREATE TYPE api.refund AS (
    id uuid, payment_id uuid, order_id uuid, status text, amount bigint, currency text, reason text, items api.refund_item[], failure_code text,
    retry_of uuid, created_at timestamptz
);
CREATE TYPE api.refund_page AS (data api.refund[], next_cursor text);
CREATE TYPE api.dispute AS (
    id uuid, payment_id uuid, order_id uuid, status text, amount bigint, currency text, reason text, refund_id uuid, closed_at timestamptz,
    created_at timestamptz
);
CREATE TYPE api.dispute_page AS (data api.dispute[], next_cursor text);

CREATE TYPE api.bundle_line AS (product_id uuid, quantity api.quantity);
CREATE TYPE api.bundle_item AS (product_id uuid, sku text, name text, quantity integer, available bigint);
CREATE TYPE api.bundle AS (
    id uuid, merchant_id uuid, category_id uuid, sku text, name text, description text, images text[], items api.bundle_item[], weight integer,
    tax_category text, price bigint, currency text, available bigint, version bigint, created_at timestamptz
);
CREATE TYPE api.bundle_page AS (data api.bundle[], next_cursor text);

CREATE DOMAIN api.promo_code AS text CONSTRAINT promo_code_malformed CHECK (VALUE ~ '^[A-Za-z0-9][A-Za-z0-9_-]{1,39}$');
COMMENT ON DOMAIN api.promo_code IS '2 to 40 letters, digits, dashes, underscores; upper and lower case are one.';
CREATE DOMAIN api.promotion_kind AS text CONSTRAINT promotion_kind_unknown CHECK (VALUE = ANY (ARRAY['percentage', 'fixed']));
COMMENT ON DOMAIN api.promotion_kind IS 'A percentage (basis_points) of the goods, or a fixed amount.';
CREATE DOMAIN api.basis_points AS integer CONSTRAINT percentage_out_of_range CHECK (VALUE >= 1 AND VALUE <= 10000);
COMMENT ON DOMAIN api.basis_points IS 'Hundredths of a per cent: 1000 is 10 %.';
CREATE DOMAIN api.use_limit AS integer CONSTRAINT use_limit_out_of_range CHECK (VALUE >= 1 AND VALUE <= 1000000);
COMMENT ON DOMAIN api.use_limit IS 'How often.';
CREATE TYPE api.promotion AS (
    id uuid, code text, name text, kind text, basis_points integer, amount bigint, currency text, minimum bigint, cap bigint,
    valid_from timestamptz, valid_until timestamptz, product_ids uuid[], category_ids uuid[], total_uses bigint, uses_per_account integer,
    uses bigint, stackable boolean, enabled boolean, version bigint, created_at timestamptz
);
CREATE TYPE api.promotion_page AS (data api.promotion[], next_cursor text);
CREATE TYPE api.promotion_validation AS (valid boolean, discount bigint, currency text, reason text, detail text, minimum bigint);

CREATE DOMAIN api.tax_percent AS numeric CONSTRAINT tax_rate_out_of_range CHECK (VALUE >= 0 AND VALUE <= 100);
COMMENT ON DOMAIN api.tax_percent IS 'Per cent, up to four decimals.';
CREATE TYPE api.tax_rate AS (
    id uuid, country text, region text, category text, name text, rate numeric, included boolean, valid_from timestamptz, valid_until timestamptz
);
CREATE TYPE api.shipping_offer AS (id uuid, name text, carrier text, price bigint, currency text);
CREATE TYPE api.shipping_rate AS (country text, currency api.currency, up_to api.weight, price api.price, free_from bigint);
COMMENT ON COLUMN api.shipping_rate.country IS 'Optional. ISO 3166-1 alpha-2; without it, everywhere that has no rates of its own.';
COMMENT ON COLUMN api.shipping_rate.up_to IS 'Grams, this included.';
COMMENT ON COLUMN api.shipping_rate.free_from IS 'Optional. Nothing to pay for goods of this value.';
CREATE TYPE api.shipping_method AS (
    id uuid, name text, carrier text, enabled boolean, rates api.shipping_rate[], version bigint, created_at timestamptz
);

CREATE TYPE api.invariant AS (name text, ok boolean, detail text);
CREATE TYPE api.invariants AS (ok boolean, checks api.invariant[]);

CREATE DOMAIN api.metadata AS jsonb CONSTRAINT metadata_not_an_object
    CHECK (jsonb_typeof(VALUE) = 'object' AND octet_length(VALUE::text) <= 16384);
COMMENT ON DOMAIN api.metadata IS 'An object of your own, such as {"ticket": "4711"}; 16 KiB at most.';
CREATE DOMAIN api.credit_status AS text CONSTRAINT credit_status_unknown CHECK (VALUE = ANY (ARRAY['pending', 'completed', 'rejected']));
COMMENT ON DOMAIN api.credit_status IS 'Where a change of credit is.';
CREATE DOMAIN api.credit_decision AS text CONSTRAINT credit_decision_unknown CHECK (VALUE = ANY (ARRAY['approve', 'reject']));
COMMENT ON DOMAIN api.credit_decision IS 'What a second person says.';
CREATE DOMAIN api.gift_card_status AS text CONSTRAINT gift_card_status_unknown CHECK (VALUE = ANY (ARRAY['active', 'redeemed', 'expired']));
COMMENT ON DOMAIN api.gift_card_status IS 'Where a gift card is.';
CREATE DOMAIN api.gift_card_code AS text CONSTRAINT gift_card_code_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 64);
COMMENT ON DOMAIN api.gift_card_code IS 'The code of a gift card. Case, dashes and spaces do not matter.';
CREATE DOMAIN api.payout_status AS text CONSTRAINT payout_status_unknown CHECK (VALUE = ANY (ARRAY['pending', 'completed', 'failed']));
COMMENT ON DOMAIN api.payout_status IS 'Where a payout is.';
CREATE DOMAIN api.payout_source AS text CONSTRAINT payout_source_unknown CHECK (VALUE = ANY (ARRAY['wallet', 'earnings']));
COMMENT ON DOMAIN api.payout_source IS 'What is paid out: a customer''s wallet or a merchant''s earnings.';
CREATE DOMAIN api.failure_code AS text CONSTRAINT failure_code_malformed CHECK (VALUE ~ '^[a-z][a-z0-9_]{1,63}$');
COMMENT ON DOMAIN api.failure_code IS 'Why it failed, in a word, such as account_closed.';

CREATE TYPE api.balance AS (currency text, balance bigint, held bigint, available bigint);
CREATE TYPE api.wallet AS (balances api.balance[], locked boolean);
CREATE TYPE api.customer_wallet AS (
    account_id uuid, balances api.balance[], locked boolean, lock_reason text, locked_by uuid, locked_at timestamptz
);
CREATE TYPE api.credit AS (account_id uuid, balances api.balance[]);
CREATE TYPE api.merchant_balance AS (balances api.balance[]);
CREATE TYPE api.transaction AS (
    id uuid, kind text, amount bigint, currency text, balance_before bigint, balance_after bigint, order_id uuid, reason text, metadata jsonb,
    actor_id uuid, created_at timestamptz
);
CREATE TYPE api.transaction_page AS (data api.transaction[], next_cursor text);
CREATE TYPE api.payout AS (
    id uuid, account_id uuid, source text, status text, amount bigint, currency text, provider_reference text, failure_code text,
    completed_at timestamptz, created_at timestamptz
);
CREATE TYPE api.payout_page AS (data api.payout[], next_cursor text);
CREATE TYPE api.credit_change AS (
    id uuid, kind text, account_id uuid, amount bigint, currency text, reason text, metadata jsonb, status text, requested_by uuid,
    decided_by uuid, decided_at timestamptz, transfer_id uuid, created_at timestamptz
);
CREATE TYPE api.credit_change_page AS (data api.credit_change[], next_cursor text);
CREATE TYPE api.gift_card AS (
    id uuid, code text, last_four text, amount bigint, currency text, status text, expires_at timestamptz, issued_by uuid, redeemed_by uuid,
    redeemed_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.gift_card.code IS 'Only in the answer that issues the card: it is kept nowhere.';
CREATE TYPE api.gift_card_page AS (data api.gift_card[], next_cursor text);
CREATE TYPE api.currency_limits AS (
    currency text, deposit_minimum bigint, deposit_maximum bigint, balance_maximum bigint, withdrawal_minimum bigint, credit_approval_above bigint
);
CREATE TYPE api.currency_limits_page AS (data api.currency_limits[], next_cursor text);

CREATE TYPE api.seller AS (
    name text, email text, phone text, line1 text, line2 text, postal_code text, city text, region text, country text, registration text,
    vat_id text, tax_number text, iban text, exemption text, e_invoice boolean, version bigint, created_at timestamptz
);
CREATE TYPE api.invoice_seller AS (
    name text, email text, phone text, line1 text, line2 text, postal_code text, city text, region text, country text, registration text,
    vat_id text, tax_number text, iban text
);
CREATE TYPE api.invoice_buyer AS (
    name text, recipient text, email text, phone text, line1 text, line2 text, postal_code text, city text, region text, country text
);
CREATE TYPE api.invoice_component AS (sku text, name text, quantity integer);
CREATE TYPE api.invoice_item AS (
    "position" integer, order_item_id uuid, sku text, name text, quantity integer, unit_price bigint, discount bigint, tax_category text,
    tax_rate numeric, tax_included boolean, net bigint, tax bigint, total bigint, components api.invoice_component[]
);
COMMENT ON COLUMN api.invoice_item.tax_included IS 'unit_price and discount are with tax.';
COMMENT ON COLUMN api.invoice_item.components IS 'What is in one bundle.';
COMMENT ON COLUMN api.invoice_item.tax_category IS 'S: the rate applies; E: exempt; O: outside the scope of tax (UNTDID 5305).';
COMMENT ON COLUMN api.invoice_item.tax_rate IS 'Per cent.';
CREATE TYPE api.invoice_tax AS (category text, rate numeric, basis bigint, amount bigint, gross bigint, reason text);
CREATE TYPE api.invoice AS (
    id uuid, kind text, number text, order_id uuid, order_number text, refund_id uuid, invoice_id uuid, invoice_number text, invoice_date date,
    issue_date date, paid_date date, currency text, minor_units integer, seller api.invoice_seller, buyer api.invoice_buyer,
    items api.invoice_item[], subtotal bigint, discount bigint, shipping bigint, shipping_tax_category text, shipping_tax_rate numeric,
    tax bigint, tax_included bigint, taxes api.invoice_tax[], total bigint, amount_paid bigint, reason text, e_invoice boolean,
    created_at timestamptz
);
COMMENT ON COLUMN api.invoice.kind IS 'invoice or credit_note.';
COMMENT ON COLUMN api.invoice.invoice_id IS 'Of a credit note: the invoice it corrects.';
COMMENT ON COLUMN api.invoice.e_invoice IS 'Whether Factur-X (EN 16931) is inside the PDF.';
CREATE TYPE api.invoice_page AS (data api.invoice[], next_cursor text);
CREATE TYPE api.invoice_pdf AS (number text, sha256 text, content text);
COMMENT ON COLUMN api.invoice_pdf.content IS 'Base64.';
CREATE TYPE api.issued_invoice AS (invoice api.invoice, printed boolean);

CREATE DOMAIN api.shipment_status AS text CONSTRAINT shipment_status_unknown
    CHECK (VALUE = ANY (ARRAY['pending', 'label_created', 'in_transit', 'delivered', 'failed', 'cancelled', 'returned']));
COMMENT ON DOMAIN api.shipment_status IS 'Where a shipment is.';
CREATE DOMAIN api.tracking_number AS text CONSTRAINT tracking_number_malformed CHECK (VALUE ~ '^[A-Za-z0-9][A-Za-z0-9 ./_-]{0,63}$');
COMMENT ON DOMAIN api.tracking_number IS 'The carrier''s number of a parcel.';
CREATE DOMAIN api.tracking_url AS text CONSTRAINT tracking_url_malformed CHECK (char_length(VALUE) <= 2000 AND VALUE ~ '^https?://\S+$');
COMMENT ON DOMAIN api.tracking_url IS 'Where a person can see where a parcel is.';
CREATE TYPE api.shipment_line AS (order_item_id uuid, quantity api.quantity);
CREATE TYPE api.shipment_item AS (order_item_id uuid, sku text, name text, quantity integer);
CREATE TYPE api.shipment AS (
    id uuid, order_id uuid, status text, carrier text, tracking_number text, tracking_url text, address jsonb, items api.shipment_item[],
    failure_code text, shipped_at timestamptz, delivered_at timestamptz, version bigint, created_at timestamptz
);
CREATE TYPE api.shipment_page AS (data api.shipment[], next_cursor text);

CREATE DOMAIN api.return_status AS text CONSTRAINT return_status_unknown
    CHECK (VALUE = ANY (ARRAY['requested', 'approved', 'rejected', 'received', 'refunded']));
COMMENT ON DOMAIN api.return_status IS 'Where a return is.';
CREATE TYPE api.return_line AS (order_item_id uuid, quantity api.quantity);
CREATE TYPE api.return_receipt AS (order_item_id uuid, quantity api.quantity_or_none, restock boolean);
COMMENT ON COLUMN api.return_receipt.quantity IS 'How many pieces came.';
COMMENT ON COLUMN api.return_receipt.restock IS 'Optional. Of this line; else as said for all.';
CREATE TYPE api.return_item AS (
    order_item_id uuid, sku text, name text, quantity integer, quantity_received integer, quantity_restocked integer
);
CREATE TYPE api.order_return AS (
    id uuid, order_id uuid, account_id uuid, status text, reason text, rejection_reason text, items api.return_item[], amount bigint, currency text,
    refund_ids uuid[], received_at timestamptz, refunded_at timestamptz, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.order_return.amount IS 'What is given back for what came; 0 until it is here.';
CREATE TYPE api.order_return_page AS (data api.order_return[], next_cursor text);
