-- depends: 0003.catalog
-- Carts, orders, and the changes an order may make.

CREATE TABLE sales.carts (
    account_id uuid PRIMARY KEY REFERENCES identity.accounts ON DELETE CASCADE,
    id         uuid NOT NULL DEFAULT uuidv7() CONSTRAINT cart_id_twice UNIQUE,
    currency   char(3) NOT NULL DEFAULT 'USD' CONSTRAINT currency_unknown REFERENCES catalog.currencies,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX carts_currency ON sales.carts (currency);

CREATE TABLE sales.cart_items (
    id               uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id       uuid NOT NULL REFERENCES sales.carts ON DELETE CASCADE,
    product_id       uuid NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    quantity         integer NOT NULL CONSTRAINT quantity_out_of_range CHECK (quantity BETWEEN 1 AND 10000),
    price_when_added bigint,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cart_item_twice UNIQUE (account_id, product_id)
);
CREATE INDEX cart_items_product ON sales.cart_items (product_id);
COMMENT ON CONSTRAINT quantity_out_of_range ON sales.cart_items IS 'A line holds between 1 and 10,000 pieces.';

-- The state machine is data: one trigger rejects every change that is not a row here.
CREATE TABLE sales.order_transitions (
    from_status text NOT NULL,
    to_status   text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO sales.order_transitions (from_status, to_status) VALUES
    ('pending', 'paid'), ('paid', 'shipped'), ('shipped', 'delivered'), ('pending', 'cancelled'), ('paid', 'cancelled');

CREATE TABLE sales.orders (
    id               uuid PRIMARY KEY DEFAULT uuidv7(),
    number           bigint GENERATED ALWAYS AS IDENTITY (START WITH 100001 CACHE 20),
    account_id       uuid NOT NULL REFERENCES identity.accounts ON DELETE RESTRICT,
    status           text NOT NULL DEFAULT 'pending'
                     CONSTRAINT order_status_unknown CHECK (status IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled')),
    currency         char(3) NOT NULL CONSTRAINT currency_unknown REFERENCES catalog.currencies,
    subtotal         bigint NOT NULL DEFAULT 0,
    discount         bigint NOT NULL DEFAULT 0,
    tax              bigint NOT NULL DEFAULT 0,
    shipping         bigint NOT NULL DEFAULT 0,
    total            bigint NOT NULL DEFAULT 0,
    amount_paid      bigint NOT NULL DEFAULT 0,
    amount_refunded  bigint NOT NULL DEFAULT 0,
    promo_code       text,
    shipping_address jsonb,                 -- as it was when chosen: editing the address book does not move a parcel
    cancel_reason    text,
    expires_at       timestamptz,
    paid_at          timestamptz,
    version          bigint NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT order_total_adds_up CHECK (total = subtotal - discount + tax + shipping),
    CONSTRAINT order_amounts_out_of_range CHECK (
        subtotal BETWEEN 0 AND 1000000000000000 AND discount BETWEEN 0 AND subtotal AND tax >= 0 AND shipping >= 0
        AND amount_paid >= 0 AND amount_refunded BETWEEN 0 AND amount_paid),
    -- A paid order is paid: no code path can say so without the money.
    CONSTRAINT order_paid_in_full CHECK (status NOT IN ('paid', 'shipped', 'delivered') OR amount_paid >= total)
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX order_number_twice ON sales.orders (number);
CREATE INDEX orders_account ON sales.orders (account_id, id DESC);
CREATE INDEX orders_account_status ON sales.orders (account_id, status, id DESC);
CREATE INDEX orders_status ON sales.orders (status, id DESC);
CREATE INDEX orders_currency ON sales.orders (currency);
CREATE INDEX orders_expiry ON sales.orders (expires_at) WHERE status = 'pending';
COMMENT ON CONSTRAINT order_amounts_out_of_range ON sales.orders IS 'The order''s amount is out of range.';

CREATE TABLE sales.order_items (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id      uuid NOT NULL REFERENCES sales.orders ON DELETE RESTRICT,
    account_id    uuid NOT NULL,            -- the order's: a policy needs no join
    merchant_id   uuid NOT NULL,            -- the product's, when sold
    product_id    uuid NOT NULL REFERENCES catalog.products ON DELETE RESTRICT,
    sku           text NOT NULL,            -- sku and name as they were
    name          text NOT NULL,
    quantity      integer NOT NULL CONSTRAINT quantity_out_of_range CHECK (quantity BETWEEN 1 AND 10000),
    unit_price    bigint NOT NULL,
    price_version bigint NOT NULL,
    discount      bigint NOT NULL DEFAULT 0,
    tax           bigint NOT NULL DEFAULT 0,
    total         bigint NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT product_twice_in_order UNIQUE (order_id, product_id),
    CONSTRAINT order_item_adds_up CHECK (total = unit_price * quantity - discount + tax AND total >= 0)
);
CREATE INDEX order_items_product ON sales.order_items (product_id);
CREATE INDEX order_items_merchant ON sales.order_items (merchant_id, id DESC);
COMMENT ON CONSTRAINT quantity_out_of_range ON sales.order_items IS 'A line holds between 1 and 10,000 pieces.';

-- What a shop may decide without a deploy.
CREATE TABLE sales.settings (
    singleton         boolean PRIMARY KEY DEFAULT true CONSTRAINT settings_once CHECK (singleton),
    order_time_to_live interval NOT NULL DEFAULT '30 minutes',
    payment_time_to_live interval NOT NULL DEFAULT '30 minutes'
);
INSERT INTO sales.settings DEFAULT VALUES;
