-- depends: 0002.identity
-- Currencies, categories, products, temporal prices, stock.

CREATE TABLE catalog.currencies (
    code       char(3) PRIMARY KEY CONSTRAINT currency_code_malformed CHECK (code ~ '^[A-Z]{3}$'),
    name       text NOT NULL,
    minor_units smallint NOT NULL CONSTRAINT minor_units_out_of_range CHECK (minor_units BETWEEN 0 AND 4)
);
INSERT INTO catalog.currencies (code, name, minor_units) VALUES
    ('USD', 'US dollar', 2), ('EUR', 'Euro', 2), ('GBP', 'Pound sterling', 2), ('BDT', 'Bangladeshi taka', 2),
    ('INR', 'Indian rupee', 2), ('CHF', 'Swiss franc', 2), ('JPY', 'Yen', 0), ('KWD', 'Kuwaiti dinar', 3);

CREATE TABLE catalog.categories (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    parent_id  uuid CONSTRAINT category_not_empty REFERENCES catalog.categories ON DELETE RESTRICT,
    slug       text NOT NULL CONSTRAINT category_slug_taken UNIQUE,
    name       text NOT NULL,
    position   integer NOT NULL DEFAULT 0,
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT category_below_itself CHECK (parent_id <> id)
);
CREATE INDEX categories_parent ON catalog.categories (parent_id, position, name);
COMMENT ON CONSTRAINT category_slug_taken ON catalog.categories IS 'A category with this slug exists already.';
COMMENT ON CONSTRAINT category_not_empty ON catalog.categories IS 'The category still has categories below it. Move or delete those first.';
COMMENT ON CONSTRAINT category_below_itself ON catalog.categories IS 'A category cannot be below itself.';

CREATE TABLE catalog.products (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    merchant_id uuid NOT NULL REFERENCES identity.accounts ON DELETE RESTRICT,
    category_id uuid CONSTRAINT category_in_use REFERENCES catalog.categories ON DELETE RESTRICT,
    sku         text NOT NULL,
    name        text NOT NULL,
    description text NOT NULL DEFAULT '',
    attributes  jsonb NOT NULL DEFAULT '{}' CONSTRAINT attributes_not_an_object CHECK (jsonb_typeof(attributes) = 'object'),
    images      text[] NOT NULL DEFAULT '{}',
    deleted_at  timestamptz,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    search      tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english'::regconfig, name), 'A')
        || setweight(to_tsvector('simple'::regconfig, sku), 'A')
        || setweight(to_tsvector('english'::regconfig, description), 'B')
        || setweight(jsonb_to_tsvector('english'::regconfig, attributes, '["string"]'), 'C')
    ) STORED
);
-- A deleted product's SKU may be used again.
CREATE UNIQUE INDEX sku_taken ON catalog.products (merchant_id, sku) WHERE deleted_at IS NULL;
CREATE INDEX products_merchant ON catalog.products (merchant_id, created_at DESC, id DESC);
CREATE INDEX products_category ON catalog.products (category_id, created_at DESC, id DESC);
CREATE INDEX products_newest ON catalog.products (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX products_name ON catalog.products (name, id) WHERE deleted_at IS NULL;
CREATE INDEX products_search ON catalog.products USING gin (search);
CREATE INDEX products_name_trigrams ON catalog.products USING gin (name extensions.gin_trgm_ops);
COMMENT ON INDEX catalog.sku_taken IS 'You have a product with this SKU already.';
COMMENT ON CONSTRAINT category_in_use ON catalog.products IS 'The category does not exist, or products are still in it.';
COMMENT ON CONSTRAINT attributes_not_an_object ON catalog.products IS 'attributes must be an object.';

-- Versions never overlap; an order line pins (product_id, currency, version).
CREATE TABLE catalog.prices (
    product_id uuid NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    currency   char(3) NOT NULL CONSTRAINT currency_unknown REFERENCES catalog.currencies,
    version    bigint NOT NULL,
    amount     bigint NOT NULL CONSTRAINT price_out_of_range CHECK (amount BETWEEN 0 AND 1000000000000),
    valid      tstzrange NOT NULL DEFAULT tstzrange(now(), NULL)
               CONSTRAINT price_period_empty CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
    created_by uuid REFERENCES identity.accounts ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT price_overlap PRIMARY KEY (product_id, currency, valid WITHOUT OVERLAPS),
    CONSTRAINT price_version_twice UNIQUE (product_id, currency, version)
);
-- Versions do not overlap, so the one in force at t is the last that began at or before t: one B-tree descent
-- (the GiST key of the constraint reads 52 pages for the same question).
CREATE UNIQUE INDEX prices_in_force ON catalog.prices (product_id, currency, lower(valid));
CREATE INDEX prices_by_amount ON catalog.prices (currency, amount, product_id) WHERE upper_inf(valid);
CREATE INDEX prices_currency ON catalog.prices (currency);
CREATE INDEX prices_created_by ON catalog.prices (created_by);
COMMENT ON CONSTRAINT price_overlap ON catalog.prices IS 'Another price is in force in that period.';
COMMENT ON CONSTRAINT currency_unknown ON catalog.prices IS 'This currency is not known to the shop.';

CREATE TABLE catalog.stock (
    product_id uuid PRIMARY KEY REFERENCES catalog.products ON DELETE CASCADE,
    on_hand    bigint NOT NULL CONSTRAINT stock_out_of_range CHECK (on_hand BETWEEN 0 AND 1000000000),
    reserved   bigint NOT NULL DEFAULT 0,
    CONSTRAINT out_of_stock CHECK (reserved BETWEEN 0 AND on_hand)
) WITH (fillfactor = 70);    -- updated in place by every order: room for HOT
COMMENT ON CONSTRAINT out_of_stock ON catalog.stock IS 'There is not enough in stock.';
COMMENT ON CONSTRAINT stock_out_of_range ON catalog.stock IS 'Stock must stay between 0 and 1,000,000,000 pieces.';

-- What happened to the stock, piece by piece. order_id has no foreign key: its index and check would be paid on every line sold.
CREATE TABLE catalog.stock_movements (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    product_id     uuid NOT NULL REFERENCES catalog.products ON DELETE RESTRICT,
    kind           text NOT NULL CONSTRAINT movement_kind_unknown
                   CHECK (kind IN ('adjustment', 'reservation', 'release', 'sale', 'return')),
    on_hand_delta  bigint NOT NULL,
    reserved_delta bigint NOT NULL,
    order_id       uuid,
    reason         text,
    actor_id       uuid,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT movement_moves_nothing CHECK (on_hand_delta <> 0 OR reserved_delta <> 0)
);
CREATE INDEX stock_movements_product ON catalog.stock_movements (product_id, id DESC);
