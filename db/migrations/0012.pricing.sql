-- depends: 0011.invoices
-- What a price is made of: bundles, promotions, tax, shipping.

-- --- bundles ------------------------------------------------------------------------------------

-- A bundle is sold like a product (SKU, temporal prices, cart, order lines) and made of products: it has no stock of its own.
ALTER TABLE catalog.products
    ADD COLUMN kind text NOT NULL DEFAULT 'product' CONSTRAINT product_kind_unknown CHECK (kind IN ('product', 'bundle')),
    ADD COLUMN weight integer NOT NULL DEFAULT 0 CONSTRAINT weight_out_of_range CHECK (weight BETWEEN 0 AND 10000000),    -- grams
    ADD COLUMN tax_category text NOT NULL DEFAULT 'standard' CONSTRAINT tax_category_malformed CHECK (tax_category ~ '^[a-z][a-z0-9_-]{0,39}$');
CREATE INDEX bundles_newest ON catalog.products (id DESC) WHERE kind = 'bundle' AND deleted_at IS NULL;

CREATE TABLE catalog.bundle_items (
    bundle_id  uuid NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    product_id uuid NOT NULL REFERENCES catalog.products ON DELETE RESTRICT,
    quantity   integer NOT NULL CONSTRAINT bundle_quantity_out_of_range CHECK (quantity BETWEEN 1 AND 1000),
    CONSTRAINT product_twice_in_bundle PRIMARY KEY (bundle_id, product_id),
    CONSTRAINT bundle_in_itself CHECK (bundle_id <> product_id)
);
CREATE INDEX bundle_items_product ON catalog.bundle_items (product_id);
COMMENT ON CONSTRAINT product_twice_in_bundle ON catalog.bundle_items IS 'The product is in this bundle twice.';

-- --- tax ----------------------------------------------------------------------------------------

CREATE TABLE sales.tax_rates (
    id         uuid NOT NULL DEFAULT uuidv7() CONSTRAINT tax_rate_id_twice UNIQUE,
    country    char(2) NOT NULL,
    region     text NOT NULL DEFAULT '',        -- '': all of the country that has none of its own
    category   text NOT NULL DEFAULT 'standard',
    name       text NOT NULL,
    rate       numeric(7, 4) NOT NULL CONSTRAINT tax_rate_out_of_range CHECK (rate BETWEEN 0 AND 100),    -- per cent
    included   boolean NOT NULL,                -- prices are with tax, or tax comes on top
    valid      tstzrange NOT NULL DEFAULT tstzrange(now(), NULL) CONSTRAINT tax_period_empty CHECK (NOT isempty(valid)),
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tax_rate_overlap PRIMARY KEY (country, region, category, valid WITHOUT OVERLAPS)
);
COMMENT ON CONSTRAINT tax_rate_overlap ON sales.tax_rates IS 'Another rate is in force in that period.';

-- --- shipping -----------------------------------------------------------------------------------

CREATE TABLE sales.shipping_methods (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    name       text NOT NULL,
    carrier    text,                             -- whose parcels; null: the shop's own
    enabled    boolean NOT NULL DEFAULT true,
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE sales.shipping_rates (
    method_id uuid NOT NULL REFERENCES sales.shipping_methods ON DELETE CASCADE,
    country   text NOT NULL DEFAULT '' CONSTRAINT shipping_country_malformed CHECK (country ~ '^([A-Z]{2})?$'),    -- '': everywhere else
    currency  char(3) NOT NULL REFERENCES catalog.currencies ON DELETE RESTRICT,
    up_to     integer NOT NULL CONSTRAINT shipping_weight_out_of_range CHECK (up_to BETWEEN 0 AND 100000000),      -- grams, this included
    price     bigint NOT NULL CONSTRAINT shipping_price_out_of_range CHECK (price BETWEEN 0 AND 1000000000000),
    free_from bigint,                            -- nothing to pay for goods of this value
    CONSTRAINT shipping_rate_twice PRIMARY KEY (method_id, country, currency, up_to)
);
CREATE INDEX shipping_rates_currency ON sales.shipping_rates (currency);

-- --- promotions ---------------------------------------------------------------------------------

CREATE TABLE sales.promotions (
    id               uuid PRIMARY KEY DEFAULT uuidv7(),
    code             text NOT NULL CONSTRAINT promo_code_malformed CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{1,39}$'),
    name             text NOT NULL,
    kind             text NOT NULL CONSTRAINT promotion_kind_unknown CHECK (kind IN ('percentage', 'fixed')),
    basis_points     integer CONSTRAINT percentage_out_of_range CHECK (basis_points BETWEEN 1 AND 10000),
    amount           bigint CONSTRAINT promotion_amount_out_of_range CHECK (amount BETWEEN 1 AND 1000000000000),
    currency         char(3) REFERENCES catalog.currencies ON DELETE RESTRICT,    -- of amount, minimum and cap
    minimum          bigint CONSTRAINT promotion_minimum_out_of_range CHECK (minimum BETWEEN 1 AND 1000000000000),
    cap              bigint CONSTRAINT promotion_cap_out_of_range CHECK (cap BETWEEN 1 AND 1000000000000),
    valid_from       timestamptz NOT NULL DEFAULT now(),
    valid_until      timestamptz,
    total_uses       bigint CONSTRAINT total_uses_out_of_range CHECK (total_uses BETWEEN 1 AND 1000000000),
    uses_per_account integer CONSTRAINT uses_per_account_out_of_range CHECK (uses_per_account BETWEEN 1 AND 1000000),
    uses             bigint NOT NULL DEFAULT 0,  -- counted where total_uses limits them: every order with the code waits for the one before
    stackable        boolean NOT NULL DEFAULT false,
    enabled          boolean NOT NULL DEFAULT true,
    created_by       uuid,
    version          bigint NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT promo_code_taken UNIQUE (code),
    CONSTRAINT promotion_kind_incomplete
        CHECK (CASE kind WHEN 'percentage' THEN basis_points IS NOT NULL AND amount IS NULL ELSE amount IS NOT NULL AND basis_points IS NULL END),
    CONSTRAINT promotion_needs_currency CHECK (currency IS NOT NULL OR num_nonnulls(amount, minimum, cap) = 0),
    CONSTRAINT promotion_period_empty CHECK (valid_until > valid_from),
    -- However the code above it is written: a promotion is not used more often than it may be.
    CONSTRAINT promo_used_up CHECK (uses BETWEEN 0 AND total_uses)
);
CREATE INDEX promotions_currency ON sales.promotions (currency);
COMMENT ON CONSTRAINT promo_code_taken ON sales.promotions IS 'A promotion has this code already.';
COMMENT ON CONSTRAINT promo_used_up ON sales.promotions IS 'This promotion has been used as often as it may be.';
COMMENT ON CONSTRAINT promotion_kind_incomplete ON sales.promotions IS 'A percentage has basis_points, a fixed promotion has an amount.';
COMMENT ON CONSTRAINT promotion_needs_currency ON sales.promotions IS 'amount, minimum and cap need a currency.';
COMMENT ON CONSTRAINT promotion_period_empty ON sales.promotions IS 'valid_until must be after valid_from.';

CREATE TABLE sales.promotion_products (
    promotion_id uuid NOT NULL REFERENCES sales.promotions ON DELETE CASCADE,
    product_id   uuid NOT NULL REFERENCES catalog.products ON DELETE RESTRICT,
    PRIMARY KEY (promotion_id, product_id)
);
CREATE INDEX promotion_products_product ON sales.promotion_products (product_id);
CREATE TABLE sales.promotion_categories (
    promotion_id uuid NOT NULL REFERENCES sales.promotions ON DELETE CASCADE,
    category_id  uuid NOT NULL REFERENCES catalog.categories ON DELETE CASCADE,
    PRIMARY KEY (promotion_id, category_id)
);
CREATE INDEX promotion_categories_category ON sales.promotion_categories (category_id);

-- One row an order and promotion, written in the order's transaction; a cancelled order gives its use back and keeps the row.
CREATE TABLE sales.promotion_uses (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    promotion_id uuid NOT NULL REFERENCES sales.promotions ON DELETE RESTRICT,
    order_id     uuid NOT NULL REFERENCES sales.orders ON DELETE RESTRICT,
    account_id   uuid NOT NULL,
    discount     bigint NOT NULL DEFAULT 0 CONSTRAINT promotion_discount_below_zero CHECK (discount >= 0),
    released_at  timestamptz,
    CONSTRAINT promotion_twice_in_order UNIQUE (order_id, promotion_id)
);
CREATE INDEX promotion_uses_account ON sales.promotion_uses (promotion_id, account_id) WHERE released_at IS NULL;

-- --- orders -------------------------------------------------------------------------------------

ALTER TABLE sales.settings
    ADD COLUMN tax_country char(2),                               -- where orders without an address are taxed; null: nowhere
    ADD COLUMN shipping_required boolean NOT NULL DEFAULT false;  -- what has a weight needs an address and a shipping method

ALTER TABLE sales.orders
    ADD COLUMN tax_included bigint NOT NULL DEFAULT 0,            -- the part of the tax that is inside the prices
    ADD COLUMN shipping_method_id uuid REFERENCES sales.shipping_methods ON DELETE RESTRICT,
    ADD COLUMN weight bigint NOT NULL DEFAULT 0,                  -- grams
    DROP CONSTRAINT order_total_adds_up,
    ADD CONSTRAINT order_total_adds_up CHECK (total = subtotal - discount + tax - tax_included + shipping AND tax_included BETWEEN 0 AND tax);
CREATE INDEX orders_shipping_method ON sales.orders (shipping_method_id) WHERE shipping_method_id IS NOT NULL;

ALTER TABLE sales.order_items
    ADD COLUMN bundle boolean NOT NULL DEFAULT false,             -- product_id is a bundle; its pieces are in order_item_components
    ADD COLUMN tax_rate numeric(7, 4) NOT NULL DEFAULT 0,         -- per cent
    ADD COLUMN tax_included boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT order_item_adds_up,
    ADD CONSTRAINT order_item_adds_up
        CHECK (total = unit_price * quantity - discount + CASE WHEN tax_included THEN 0 ELSE tax END AND total >= 0);

-- What a bundle was made of when it was sold, and what of its price each component bears.
CREATE TABLE sales.order_item_components (
    order_item_id   uuid NOT NULL REFERENCES sales.order_items ON DELETE CASCADE,
    product_id      uuid NOT NULL REFERENCES catalog.products ON DELETE RESTRICT,
    account_id      uuid NOT NULL,              -- the order's: a policy needs no join
    sku             text NOT NULL,
    name            text NOT NULL,
    quantity        integer NOT NULL,           -- in one bundle
    pieces          integer NOT NULL,           -- in all bundles of the line
    share           bigint NOT NULL,            -- of one bundle's price, minor units; all shares are the price
    pieces_refunded integer NOT NULL DEFAULT 0, -- refunded by component, apart from whole bundles
    pieces_returned integer NOT NULL DEFAULT 0,
    PRIMARY KEY (order_item_id, product_id),
    CONSTRAINT component_refunded_out_of_range CHECK (pieces_refunded BETWEEN 0 AND pieces),
    CONSTRAINT line_returned_twice CHECK (pieces_returned BETWEEN 0 AND pieces)
);
CREATE INDEX order_item_components_product ON sales.order_item_components (product_id);

-- A refund of pieces of one component; null: whole bundles, or a plain line.
ALTER TABLE payments.refund_items
    ADD COLUMN product_id uuid REFERENCES catalog.products ON DELETE RESTRICT,
    DROP CONSTRAINT line_twice_in_refund,
    ADD CONSTRAINT line_twice_in_refund UNIQUE NULLS NOT DISTINCT (refund_id, order_item_id, product_id);
CREATE INDEX refund_items_product ON payments.refund_items (product_id);

COMMENT ON CONSTRAINT component_refunded_out_of_range ON sales.order_item_components IS 'These pieces have been refunded already.';
COMMENT ON CONSTRAINT line_returned_twice ON sales.order_item_components IS 'These pieces are in stock again already.';
