-- Types of the endpoints in db/sales/api: what a client sends and what it gets.

CREATE DOMAIN api.order_payment_status AS text CONSTRAINT order_payment_status_unknown
    CHECK (VALUE = ANY (ARRAY['unpaid', 'processing', 'authorized', 'partly_paid', 'paid', 'partly_refunded',
                              'refunded']));
COMMENT ON DOMAIN api.order_payment_status IS 'Where an order''s money is.';

CREATE DOMAIN api.fulfilment_status AS text CONSTRAINT fulfilment_status_unknown
    CHECK (VALUE = ANY (ARRAY['not_needed', 'unfulfilled', 'partly_shipped', 'shipped', 'delivered', 'returned']));
COMMENT ON DOMAIN api.fulfilment_status IS
'Where an order''s goods are. not_needed: nothing is to be sent, or nothing any more.';

CREATE TYPE api.fee_share AS (currency text, amount bigint);

CREATE TYPE api.sale AS (
    id uuid, order_id uuid, order_number text, order_status text, product_id uuid, sku text, name text,
    quantity integer, unit_price bigint, total bigint, currency text, created_at timestamptz,
    payment_status api.order_payment_status, fulfilment_status api.fulfilment_status, fees api.fee_share[]
);
COMMENT ON COLUMN api.sale.fees IS
'This line''s share of what gateways kept of the order''s payments as fees, by the currency of the gateway''s account.
For information: the shop bears the fees, nothing is deducted from your earnings.';

CREATE TYPE api.sale_page AS (data api.sale[], next_cursor text);

CREATE TYPE api.cart_item AS (
    id uuid, product_id uuid, bundle_id uuid, name text, quantity integer, price_when_added bigint, unit_price bigint,
    available bigint, total bigint
);

CREATE TYPE api.cart AS (id uuid, currency text, items api.cart_item[], subtotal bigint, discount bigint, total bigint);

CREATE DOMAIN api.order_status AS text CONSTRAINT order_status_unknown
    CHECK (VALUE = ANY (ARRAY['pending', 'paid', 'shipped', 'delivered', 'cancelled']));
COMMENT ON DOMAIN api.order_status IS 'The status of an order.';

CREATE TYPE api.order_line AS (product_id uuid, quantity api.quantity, bundle_id uuid);
COMMENT ON COLUMN api.order_line.product_id IS 'Optional. A product, or else:';
COMMENT ON COLUMN api.order_line.bundle_id IS 'Optional. A bundle.';

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

CREATE DOMAIN api.tax_treatment AS text CONSTRAINT tax_treatment_unknown
    CHECK (VALUE = ANY (ARRAY['S', 'Z', 'E', 'G', 'K', 'AE', 'O']));
COMMENT ON DOMAIN api.tax_treatment IS
'UNTDID 5305: S taxed, Z rate of zero, E exempt, G export, K supply within the EU, AE reverse charge, O not subject.';

CREATE TYPE api.order_item AS (
    id uuid, product_id uuid, bundle_id uuid, sku text, name text, quantity integer, unit_price bigint,
    price_version bigint, discount bigint, tax bigint, tax_rate numeric, tax_included boolean, total bigint,
    components api.order_component[], quantity_owed integer, tax_category api.tax_treatment, taxes api.line_tax[],
    exemption_reason text
);
COMMENT ON COLUMN api.order_item.quantity_owed IS
'Pieces that are paid, not refunded, and in no parcel yet: what is still to be shipped.';
COMMENT ON COLUMN api.order_item.tax_rate IS 'All taxes together, per cent of the price without them.';
COMMENT ON COLUMN api.order_item.tax_category IS 'Null: nothing decides how the line is taxed.';
COMMENT ON COLUMN api.order_item.taxes IS 'In the order in which they are charged; their sum is `tax`.';
COMMENT ON COLUMN api.order_item.exemption_reason IS 'Why no tax is charged, where a rule says so.';

CREATE TYPE api.shipping_part AS (
    amount bigint, tax bigint, tax_rate numeric, tax_included boolean, tax_category api.tax_treatment,
    taxes api.line_tax[], exemption_reason text
);
COMMENT ON COLUMN api.shipping_part.amount IS 'Of `shipping`.';

CREATE TYPE api."order" AS (
    id uuid, number text, account_id uuid, status text, currency text, items api.order_item[], subtotal bigint,
    discount bigint, tax bigint, tax_included bigint, shipping bigint, shipping_method_id uuid, total bigint,
    amount_paid bigint, amount_refunded bigint, promo_code text, shipping_address jsonb, expires_at timestamptz,
    payment_status api.order_payment_status, fulfilment_status api.fulfilment_status, on_hold boolean,
    hold_reason text, shipping_tax bigint, shipping_tax_included bigint, shipping_parts api.shipping_part[],
    tax_country text, tax_region text, buyer_tax_id text, buyer_reference text, version bigint,
    created_at timestamptz
);
COMMENT ON COLUMN api."order".tax IS 'Of the lines and the shipping.';
COMMENT ON COLUMN api."order".tax_included IS 'The part of `tax` that is inside the prices.';
COMMENT ON COLUMN api."order".shipping IS 'As it was offered, without the tax that is added to it.';
COMMENT ON COLUMN api."order".shipping_parts IS
'How the shipping is taxed: like the goods that it carries, a part for each way in which they are taxed.';
COMMENT ON COLUMN api."order".tax_country IS 'Whose tax law applies.';

CREATE TYPE api.order_page AS (data api."order"[], next_cursor text);

CREATE TYPE api.order_event AS (id uuid, type text, data jsonb, actor_id uuid, created_at timestamptz);

CREATE TYPE api.order_event_page AS (data api.order_event[], next_cursor text);

CREATE DOMAIN api.promo_code AS text
    CONSTRAINT promo_code_malformed CHECK (VALUE IS NFC NORMALIZED AND VALUE ~ '^[A-Za-z0-9][A-Za-z0-9_-]{1,39}$');
COMMENT ON DOMAIN api.promo_code IS '2 to 40 letters, digits, dashes, underscores; case does not matter.';

CREATE DOMAIN api.promotion_kind AS text
    CONSTRAINT promotion_kind_unknown CHECK (VALUE = ANY (ARRAY['percentage', 'fixed']));
COMMENT ON DOMAIN api.promotion_kind IS 'A percentage (basis_points) of the goods, or a fixed amount.';

CREATE DOMAIN api.basis_points AS integer CONSTRAINT percentage_out_of_range CHECK (VALUE >= 1 AND VALUE <= 10000);
COMMENT ON DOMAIN api.basis_points IS 'Hundredths of a per cent, 1 to 10000: 1000 is 10 %.';

CREATE DOMAIN api.use_limit AS integer CONSTRAINT use_limit_out_of_range CHECK (VALUE >= 1 AND VALUE <= 1000000);
COMMENT ON DOMAIN api.use_limit IS 'The number of uses, 1 to 1,000,000.';

CREATE TYPE api.promotion AS (
    id uuid, code text, name text, kind text, basis_points integer, amount bigint, currency text, minimum bigint,
    cap bigint, valid_from timestamptz, valid_until timestamptz, product_ids uuid[], category_ids uuid[],
    total_uses bigint, uses_per_account integer, uses bigint, stackable boolean, enabled boolean, version bigint,
    created_at timestamptz
);

CREATE TYPE api.promotion_page AS (data api.promotion[], next_cursor text);

CREATE TYPE api.promotion_validation AS (
    valid boolean, discount bigint, currency text, reason text, detail text, minimum bigint
);

CREATE DOMAIN api.tax_percent AS numeric CONSTRAINT tax_rate_out_of_range CHECK (VALUE >= 0 AND VALUE <= 100);
COMMENT ON DOMAIN api.tax_percent IS 'Per cent, 0 to 100, with up to four decimals.';

CREATE DOMAIN api.tax_combination AS text
    CONSTRAINT tax_combine_unknown CHECK (VALUE = ANY (ARRAY['replace', 'add', 'compound']));
COMMENT ON DOMAIN api.tax_combination IS
'What a region''s rate does to its country''s: takes its place, is added to it, or is charged on the price with it.';

CREATE TYPE api.tax_rate AS (
    id uuid, country text, region text, category text, name text, rate numeric, included boolean,
    combine api.tax_combination, valid_from timestamptz, valid_until timestamptz
);

CREATE TYPE api.shipping_offer AS (id uuid, name text, carrier text, price bigint, currency text);

CREATE TYPE api.shipping_rate AS (
    country text, currency api.currency, up_to api.weight, price api.price, free_from bigint
);
COMMENT ON COLUMN api.shipping_rate.country IS
'Optional. ISO 3166-1 alpha-2; a rate without it applies to every country that has no rates of its own.';
COMMENT ON COLUMN api.shipping_rate.up_to IS 'The largest weight in grams, inclusive.';
COMMENT ON COLUMN api.shipping_rate.free_from IS 'Optional. Shipping is free for goods of this value or more.';

CREATE DOMAIN api.shipping_rates AS api.shipping_rate[] CONSTRAINT too_many_rates CHECK (cardinality(VALUE) <= 1000);
COMMENT ON DOMAIN api.shipping_rates IS 'At most 1,000 rates.';

CREATE TYPE api.shipping_method AS (
    id uuid, name text, carrier text, enabled boolean, rates api.shipping_rate[], tax_category text, version bigint,
    created_at timestamptz
);
COMMENT ON COLUMN api.shipping_method.tax_category IS
'Null: it is taxed like the goods that it carries.';

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
COMMENT ON DOMAIN api.exemption_text IS 'One line of 1 to 500 characters.';

CREATE DOMAIN api.exemption_countries AS api.country[]
    CONSTRAINT exemption_countries_out_of_range CHECK (cardinality(VALUE) >= 1 AND cardinality(VALUE) <= 250);
COMMENT ON DOMAIN api.exemption_countries IS '1 to 250 countries, ISO 3166-1 alpha-2.';

CREATE TYPE api.tax_exemption AS (
    id uuid, category api.exemption_category, reason_code text, text text, destination api.exemption_destination,
    countries text[], buyer api.exemption_buyer, tax_category text, valid_from timestamptz, valid_until timestamptz,
    created_at timestamptz
);
COMMENT ON COLUMN api.tax_exemption.tax_category IS 'Of the goods; null: all of them.';

CREATE DOMAIN api.untaxed_orders AS text
    CONSTRAINT untaxed_orders_unknown CHECK (VALUE = ANY (ARRAY['refuse', 'hold']));
COMMENT ON DOMAIN api.untaxed_orders IS 'refuse or hold.';
