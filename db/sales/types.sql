-- Types of the endpoints in db/sales/api: what a client sends and what it gets.

CREATE DOMAIN api.order_status AS text CONSTRAINT order_status_unknown
    CHECK (VALUE = ANY (ARRAY['pending', 'paid', 'shipped', 'delivered', 'cancelled']));
COMMENT ON DOMAIN api.order_status IS 'The status of an order.
Example: "pending"';

CREATE DOMAIN api.order_payment_status AS text CONSTRAINT order_payment_status_unknown
    CHECK (VALUE = ANY (ARRAY['unpaid', 'processing', 'authorized', 'partly_paid', 'paid', 'partly_refunded',
                              'refunded']));
COMMENT ON DOMAIN api.order_payment_status IS 'Where an order''s money is.';

CREATE DOMAIN api.fulfilment_status AS text CONSTRAINT fulfilment_status_unknown
    CHECK (VALUE = ANY (ARRAY['not_needed', 'unfulfilled', 'partly_shipped', 'shipped', 'delivered', 'returned']));
COMMENT ON DOMAIN api.fulfilment_status IS
'Where an order''s goods are. not_needed: nothing is to be sent, or nothing any more.';

CREATE TYPE api.fee_share AS (currency api.any_currency, amount bigint);

CREATE TYPE api.sale AS (
    id uuid, order_id uuid, order_number text, order_status api.order_status, product_id uuid, sku text, name text,
    quantity integer, unit_price bigint, total bigint, currency api.stored_currency, created_at timestamptz,
    payment_status api.order_payment_status, fulfilment_status api.fulfilment_status, metadata api.stored_object,
    fees api.fee_share[]
);
COMMENT ON COLUMN api.sale.metadata IS 'What was stored with the line when it was ordered, such as a text to engrave.';
COMMENT ON COLUMN api.sale.fees IS
'This line''s share of what gateways kept of the order''s payments as fees, by the currency of the gateway''s account.
For information: the shop bears the fees, nothing is deducted from your earnings.';

CREATE TYPE api.sale_page AS (data api.sale[], next_cursor text);

CREATE TYPE api.cart_item AS (
    id uuid, product_id uuid, bundle_id uuid, name text, quantity integer, price_when_added bigint, unit_price bigint,
    available bigint, total bigint
);
COMMENT ON COLUMN api.cart_item.product_id IS 'Null: the line is a bundle.';
COMMENT ON COLUMN api.cart_item.bundle_id IS 'Null: the line is a product.';
COMMENT ON COLUMN api.cart_item.price_when_added IS 'What one piece cost then.';
COMMENT ON COLUMN api.cart_item.unit_price IS
'What one piece costs now. Null if it is no longer sold, or not in the cart''s currency.';
COMMENT ON COLUMN api.cart_item.available IS 'The number of pieces that can be bought now.';
COMMENT ON COLUMN api.cart_item.total IS 'Null if there is no `unit_price`: the line is not counted.';

CREATE TYPE api.cart AS (
    id uuid, currency api.currency, items api.cart_item[], subtotal bigint, discount bigint, total bigint
);
COMMENT ON COLUMN api.cart.total IS 'No more than 9007199254740991 (2^53 - 1), even if it would cost more.';
COMMENT ON COLUMN api.cart.id IS 'Null until something is put into the cart.';

CREATE TYPE api.delivery_address AS (
    name api.short_text, line1 api.short_text, line2 api.short_text, city api.short_text, region api.short_text,
    postal_code api.short_text, country api.country, phone api.short_text
);
COMMENT ON COLUMN api.delivery_address.line2 IS 'Optional.';
COMMENT ON COLUMN api.delivery_address.region IS 'Optional. A code (ISO 3166-2) or a name.';
COMMENT ON COLUMN api.delivery_address.postal_code IS 'Optional.';
COMMENT ON COLUMN api.delivery_address.phone IS 'Optional.';

CREATE TYPE api.order_line AS (
    product_id uuid, quantity api.quantity, bundle_id uuid, metadata api.line_metadata
);
COMMENT ON COLUMN api.order_line.product_id IS 'Optional. A product, or else:';
COMMENT ON COLUMN api.order_line.bundle_id IS 'Optional. A bundle.';
COMMENT ON COLUMN api.order_line.metadata IS
'Optional. Stored with the line. Lines of one product are added up; of a field that several have, the last one counts.';

CREATE DOMAIN api.order_lines AS api.order_line[] CONSTRAINT order_too_long CHECK (cardinality(VALUE) <= 200);
COMMENT ON DOMAIN api.order_lines IS 'At most 200 lines.';

CREATE TYPE api.order_change AS (product_id uuid, quantity api.quantity_or_none, bundle_id uuid);
COMMENT ON COLUMN api.order_change.product_id IS 'Optional. A product, or else:';
COMMENT ON COLUMN api.order_change.bundle_id IS 'Optional. A bundle.';

CREATE DOMAIN api.order_changes AS api.order_change[] CONSTRAINT order_too_long CHECK (cardinality(VALUE) <= 200);
COMMENT ON DOMAIN api.order_changes IS 'At most 200 lines.';

CREATE TYPE api.order_component AS (product_id uuid, sku text, name text, quantity integer, share bigint);
COMMENT ON COLUMN api.order_component.quantity IS 'Pieces in one bundle.';
COMMENT ON COLUMN api.order_component.share IS 'The part of one bundle''s price that belongs to this component.';

CREATE TYPE api.order_item AS (
    id uuid, product_id uuid, bundle_id uuid, sku text, name text, quantity integer, unit_price bigint,
    price_version bigint, discount bigint, tax bigint, tax_rate numeric, tax_included boolean, total bigint,
    components api.order_component[], quantity_owed integer, tax_category api.tax_treatment, taxes api.line_tax[],
    exemption_reason text, metadata api.stored_object
);
COMMENT ON COLUMN api.order_item.product_id IS 'Null: the line is a bundle.';
COMMENT ON COLUMN api.order_item.bundle_id IS 'Null: the line is a product.';
COMMENT ON COLUMN api.order_item.price_version IS 'The version of the price that was pinned.';
COMMENT ON COLUMN api.order_item.components IS 'The contents of one bundle; empty for a product.';
COMMENT ON COLUMN api.order_item.quantity_owed IS
'Pieces that are paid, not refunded, and in no parcel yet: what is still to be shipped.';
COMMENT ON COLUMN api.order_item.tax_rate IS 'All taxes together, per cent of the price without them.';
COMMENT ON COLUMN api.order_item.tax_category IS 'Null: nothing decides how the line is taxed.';
COMMENT ON COLUMN api.order_item.taxes IS 'In the order in which they are charged; their sum is `tax`.';
COMMENT ON COLUMN api.order_item.exemption_reason IS
'Why no tax is charged. Null unless a rule of exemption says so.';

CREATE TYPE api.shipping_part AS (
    amount bigint, tax bigint, tax_rate numeric, tax_included boolean, tax_category api.tax_treatment,
    taxes api.line_tax[], exemption_reason text
);
COMMENT ON COLUMN api.shipping_part.amount IS 'Of `shipping`.';
COMMENT ON COLUMN api.shipping_part.tax_rate IS 'All taxes together, per cent of the price without them.';
COMMENT ON COLUMN api.shipping_part.tax_category IS 'Null: nothing decides how it is taxed.';
COMMENT ON COLUMN api.shipping_part.taxes IS 'In the order in which they are charged; their sum is `tax`.';
COMMENT ON COLUMN api.shipping_part.exemption_reason IS
'Why no tax is charged. Null unless a rule of exemption says so.';

CREATE TYPE api."order" AS (
    id uuid, number text, account_id uuid, status api.order_status, currency api.stored_currency,
    items api.order_item[], subtotal bigint, discount bigint, tax bigint, tax_included bigint, shipping bigint,
    shipping_method_id uuid, total bigint, amount_paid bigint, amount_refunded bigint, promo_code text,
    shipping_address api.postal_address, expires_at timestamptz, payment_status api.order_payment_status,
    fulfilment_status api.fulfilment_status, on_hold boolean, hold_reason text, shipping_tax bigint,
    shipping_tax_included bigint, shipping_parts api.shipping_part[], tax_country api.country, tax_region text,
    buyer_tax_id text, buyer_reference text, metadata api.stored_object, email api.account_email,
    version bigint, created_at timestamptz
);
COMMENT ON COLUMN api."order".email IS
'Where mails about the order go. Null: to the e-mail of the account, if it has one.';
COMMENT ON COLUMN api."order".number IS
'The number that people read. Of two orders, one after the other, the later one has the higher number. Numbers can be
missing.';
COMMENT ON COLUMN api."order".shipping_method_id IS 'Null: none was chosen.';
COMMENT ON COLUMN api."order".promo_code IS 'Null: none was given.';
COMMENT ON COLUMN api."order".shipping_address IS
'As it was when it was chosen. Null: none was given, or it was erased.';
COMMENT ON COLUMN api."order".expires_at IS
'When the order is cancelled if it is not paid by then. Null once it is paid or cancelled.';
COMMENT ON COLUMN api."order".hold_reason IS
'What customer service wrote, or what the shop knows of a gateway''s doubts; `tax`: its tax is undecided. Null unless it
is on hold.';
COMMENT ON COLUMN api."order".tax IS 'Of the lines and the shipping.';
COMMENT ON COLUMN api."order".tax_included IS 'The part of `tax` that is inside the prices.';
COMMENT ON COLUMN api."order".shipping IS 'As it was offered, without the tax that is added to it.';
COMMENT ON COLUMN api."order".shipping_parts IS
'How the shipping is taxed: like the goods that it carries, a part for each way in which they are taxed.';
COMMENT ON COLUMN api."order".tax_country IS 'Whose tax law applies. Null: that of no country.';
COMMENT ON COLUMN api."order".tax_region IS 'ISO 3166-2. Null: no region decides the tax.';
COMMENT ON COLUMN api."order".buyer_tax_id IS 'Null unless the buyer has a tax id.';
COMMENT ON COLUMN api."order".buyer_reference IS
'What the buyer wants on the invoice, such as a Leitweg-ID. Null: nothing.';

CREATE TYPE api.order_page AS (data api."order"[], next_cursor text);

CREATE DOMAIN api.order_note_text AS api.paragraphs
    CONSTRAINT note_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 5000);
COMMENT ON DOMAIN api.order_note_text IS 'A note for staff, 1 to 5,000 characters.';

CREATE TYPE api.order_note AS (id uuid, author_id uuid, text text, created_at timestamptz);
COMMENT ON COLUMN api.order_note.author_id IS 'The account of the member of staff who wrote it.';

CREATE TYPE api.order_note_page AS (data api.order_note[], next_cursor text);

CREATE DOMAIN api.expected_total AS bigint
    CONSTRAINT expected_total_out_of_range CHECK (VALUE >= 0 AND VALUE <= 1000000000000000);
COMMENT ON DOMAIN api.expected_total IS 'What the buyer was shown, in minor units.';

CREATE TYPE api.order_event AS (id uuid, type text, data jsonb, actor_id uuid, created_at timestamptz);

COMMENT ON COLUMN api.order_event.actor_id IS
'The account that acted. Null: no person did, but a gateway, a carrier or the clock.';

CREATE TYPE api.order_event_page AS (data api.order_event[], next_cursor text);

CREATE DOMAIN api.promo_code AS text
    CONSTRAINT promo_code_malformed CHECK (VALUE IS NFC NORMALIZED AND VALUE ~ '^[A-Za-z0-9][A-Za-z0-9_-]{1,39}$');
COMMENT ON DOMAIN api.promo_code IS '2 to 40 letters, digits, dashes, underscores; case does not matter.
Example: "SPRING10"';

CREATE DOMAIN api.promotion_kind AS text
    CONSTRAINT promotion_kind_unknown CHECK (VALUE = ANY (ARRAY['percentage', 'fixed']));
COMMENT ON DOMAIN api.promotion_kind IS 'A percentage (basis_points) of the goods, or a fixed amount.';

CREATE DOMAIN api.promotion_scope AS text CONSTRAINT promotion_scope_unknown
    CHECK (VALUE = ANY (ARRAY['everything', 'products', 'categories']));
COMMENT ON DOMAIN api.promotion_scope IS
'What a promotion is for: all goods, the listed products, or the listed categories and products.';

CREATE DOMAIN api.basis_points AS integer CONSTRAINT percentage_out_of_range CHECK (VALUE >= 1 AND VALUE <= 10000);
COMMENT ON DOMAIN api.basis_points IS 'Hundredths of a per cent, 1 to 10000: 1000 is 10 %.
Example: 1000';

CREATE DOMAIN api.use_limit AS integer CONSTRAINT use_limit_out_of_range CHECK (VALUE >= 1 AND VALUE <= 1000000);
COMMENT ON DOMAIN api.use_limit IS 'The number of uses, 1 to 1,000,000.';

CREATE TYPE api.promotion AS (
    id uuid, code text, name text, kind api.promotion_kind, basis_points integer, amount bigint,
    currency api.currency, minimum bigint, cap bigint, valid_from timestamptz, valid_until timestamptz,
    scope api.promotion_scope, product_ids uuid[], category_ids uuid[], total_uses bigint, uses_per_account integer,
    uses bigint, stackable boolean, enabled boolean, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.promotion.basis_points IS 'Hundredths of a per cent. Null: it is a fixed amount.';
COMMENT ON COLUMN api.promotion.amount IS 'Null: it is a percentage.';
COMMENT ON COLUMN api.promotion.currency IS 'Of the amounts. Null: orders in any currency.';
COMMENT ON COLUMN api.promotion.minimum IS 'What the goods must cost at least. Null: anything.';
COMMENT ON COLUMN api.promotion.cap IS 'The largest discount. Null: there is no limit.';
COMMENT ON COLUMN api.promotion.valid_until IS 'Null: until it is disabled.';
COMMENT ON COLUMN api.promotion.product_ids IS
'What it is for, with `category_ids`. If both are empty and the scope is not `everything`, it is for nothing.';
COMMENT ON COLUMN api.promotion.total_uses IS 'Null: any number.';
COMMENT ON COLUMN api.promotion.uses_per_account IS 'Null: any number.';

CREATE TYPE api.promotion_page AS (data api.promotion[], next_cursor text);

CREATE DOMAIN api.promotion_refusal AS text CONSTRAINT promotion_refusal_unknown
    CHECK (VALUE = ANY (ARRAY['promo_code_unknown', 'own_account_refused', 'promo_not_yet_valid', 'promo_expired',
                              'promo_used_up', 'promo_used_by_account', 'promo_not_stackable', 'promo_other_currency',
                              'promo_minimum_not_reached', 'promo_not_applicable']));
COMMENT ON DOMAIN api.promotion_refusal IS 'Why a promotion code does not apply. Orders are refused with these codes.';

CREATE TYPE api.promotion_validation AS (
    valid boolean, discount bigint, currency api.currency, reason api.promotion_refusal, detail text, minimum bigint
);
COMMENT ON COLUMN api.promotion_validation.reason IS 'Null if the code is valid.';
COMMENT ON COLUMN api.promotion_validation.detail IS 'The reason as a sentence. Null if the code is valid.';
COMMENT ON COLUMN api.promotion_validation.minimum IS
'What the goods must cost at least. Null unless the reason is `promo_minimum_not_reached`.';

CREATE DOMAIN api.tax_percent AS numeric CONSTRAINT tax_rate_out_of_range CHECK (VALUE >= 0 AND VALUE <= 100);
COMMENT ON DOMAIN api.tax_percent IS 'Per cent, 0 to 100, with up to four decimals.
Example: 19';

CREATE DOMAIN api.tax_combination AS text
    CONSTRAINT tax_combine_unknown CHECK (VALUE = ANY (ARRAY['replace', 'add', 'compound']));
COMMENT ON DOMAIN api.tax_combination IS
'What a region''s rate does to its country''s: takes its place, is added to it, or is charged on the price with it.';

CREATE TYPE api.tax_rate AS (
    id uuid, country api.country, region text, category text, name text, rate numeric, included boolean,
    combine api.tax_combination, valid_from timestamptz, valid_until timestamptz
);
COMMENT ON COLUMN api.tax_rate.region IS 'ISO 3166-2. Null: all of the country.';
COMMENT ON COLUMN api.tax_rate.category IS 'Of the goods.';
COMMENT ON COLUMN api.tax_rate.rate IS 'Per cent.';
COMMENT ON COLUMN api.tax_rate.included IS 'Whether prices contain it, or it is added to them.';
COMMENT ON COLUMN api.tax_rate.valid_until IS 'Null: until it is ended.';

CREATE TYPE api.tax_rate_page AS (data api.tax_rate[], next_cursor text);

CREATE TYPE api.shipping_offer AS (id uuid, name text, carrier text, price bigint, currency api.currency);
COMMENT ON COLUMN api.shipping_offer.carrier IS 'Null: the shop names none.';

CREATE TYPE api.shipping_offer_page AS (data api.shipping_offer[], next_cursor text);

CREATE TYPE api.shipping_rate AS (
    country text, currency api.currency, up_to api.weight, price api.price, free_from bigint
);
COMMENT ON COLUMN api.shipping_rate.country IS
'Optional. ISO 3166-1 alpha-2. Null: the rate applies to every country that has no rates of its own.';
COMMENT ON COLUMN api.shipping_rate.up_to IS 'The largest weight in grams, inclusive.';
COMMENT ON COLUMN api.shipping_rate.free_from IS
'Optional. Shipping is free for goods of this value or more. Null: it never is.';

CREATE DOMAIN api.shipping_rates AS api.shipping_rate[] CONSTRAINT too_many_rates CHECK (cardinality(VALUE) <= 1000);
COMMENT ON DOMAIN api.shipping_rates IS 'At most 1,000 rates.';

CREATE TYPE api.shipping_method AS (
    id uuid, name text, carrier text, enabled boolean, rates api.shipping_rate[], tax_category text, version bigint,
    created_at timestamptz
);
COMMENT ON COLUMN api.shipping_method.carrier IS 'Null: the shop names none.';
COMMENT ON COLUMN api.shipping_method.tax_category IS
'Null: it is taxed like the goods that it carries.';

CREATE TYPE api.shipping_method_page AS (data api.shipping_method[], next_cursor text);

CREATE DOMAIN api.exemption_category AS text
    CONSTRAINT exemption_category_unknown CHECK (VALUE = ANY (ARRAY['Z', 'E', 'G', 'K', 'AE', 'O']));
COMMENT ON DOMAIN api.exemption_category IS
'Zero-rated, exempt, export, intra-community supply, reverse charge, or outside the scope of tax (UNTDID 5305).';

CREATE DOMAIN api.exemption_destination AS text CONSTRAINT exemption_destination_unknown
    CHECK (VALUE = ANY (ARRAY['domestic', 'eu', 'export', 'countries']));
COMMENT ON DOMAIN api.exemption_destination IS 'Where the order goes, seen from where the shop is taxed.';

CREATE DOMAIN api.exemption_buyer AS text
    CONSTRAINT exemption_buyer_unknown CHECK (VALUE = ANY (ARRAY['any', 'business']));
COMMENT ON DOMAIN api.exemption_buyer IS 'Anybody, or a business: with a valid tax id.';

CREATE DOMAIN api.exemption_text AS text
    CONSTRAINT exemption_text_malformed
    CHECK (VALUE IS NFC NORMALIZED AND VALUE !~ '[[:cntrl:]]' AND btrim(VALUE) = VALUE
           AND length(VALUE) >= 1 AND length(VALUE) <= 500);
COMMENT ON DOMAIN api.exemption_text IS 'One line of 1 to 500 characters.
Example: "Export supply, free of tax."';

CREATE DOMAIN api.exemption_countries AS api.country[]
    CONSTRAINT exemption_countries_out_of_range CHECK (cardinality(VALUE) >= 1 AND cardinality(VALUE) <= 250);
COMMENT ON DOMAIN api.exemption_countries IS '1 to 250 countries, ISO 3166-1 alpha-2.';

CREATE TYPE api.tax_exemption AS (
    id uuid, category api.exemption_category, reason_code text, text text, destination api.exemption_destination,
    countries api.country[], buyer api.exemption_buyer, tax_category text, valid_from timestamptz,
    valid_until timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.tax_exemption.reason_code IS 'Of the VATEX code list. Null: none was given.';
COMMENT ON COLUMN api.tax_exemption.text IS 'What customers and documents read.';
COMMENT ON COLUMN api.tax_exemption.countries IS 'If the destination is `countries`; otherwise empty.';
COMMENT ON COLUMN api.tax_exemption.tax_category IS 'Of the goods. Null: all of them.';
COMMENT ON COLUMN api.tax_exemption.valid_until IS 'Null: until it is ended.';

CREATE TYPE api.tax_exemption_page AS (data api.tax_exemption[], next_cursor text);

CREATE DOMAIN api.tax_rounding AS text
    CONSTRAINT tax_rounding_unknown CHECK (VALUE = ANY (ARRAY['line', 'document']));
COMMENT ON DOMAIN api.tax_rounding IS 'line or document.';

CREATE DOMAIN api.untaxed_orders AS text
    CONSTRAINT untaxed_orders_unknown CHECK (VALUE = ANY (ARRAY['refuse', 'hold']));
COMMENT ON DOMAIN api.untaxed_orders IS 'refuse or hold.';
