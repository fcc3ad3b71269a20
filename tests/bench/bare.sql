-- The least that an order costs: a textbook's tables and function, with our columns, keys and foreign keys, and with
-- the same JSON as input and output, but without token, policies, audit, events, stock movements, promotions, tax,
-- shipping or idempotency keys.
-- Run by tests/bench/shop.py after shop.sql.

CREATE SCHEMA bare;

CREATE TABLE bare.accounts (id uuid PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE bare.products (
    id          uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES bare.accounts,
    sku         text NOT NULL,
    name        text NOT NULL
);
CREATE TABLE bare.prices (
    product_id uuid PRIMARY KEY REFERENCES bare.products,
    amount     bigint NOT NULL CHECK (amount >= 0)
);
CREATE TABLE bare.stock (
    product_id uuid PRIMARY KEY REFERENCES bare.products,
    on_hand    bigint NOT NULL,
    reserved   bigint NOT NULL DEFAULT 0,
    CHECK (reserved BETWEEN 0 AND on_hand)
) WITH (fillfactor = 70);
CREATE TABLE bare.orders (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    number     bigint GENERATED ALWAYS AS IDENTITY (CACHE 20),
    account_id uuid NOT NULL REFERENCES bare.accounts,
    status     text NOT NULL DEFAULT 'pending'
               CHECK (status IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled')),
    currency   char(3) NOT NULL DEFAULT 'USD',
    total      bigint NOT NULL,
    expires_at timestamptz NOT NULL DEFAULT now() + interval '30 minutes',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (number)
);
CREATE INDEX ON bare.orders (account_id, id DESC);
CREATE INDEX ON bare.orders (status, id DESC);
CREATE TABLE bare.order_items (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id   uuid NOT NULL REFERENCES bare.orders,
    product_id uuid NOT NULL REFERENCES bare.products,
    sku        text NOT NULL,
    name       text NOT NULL,
    quantity   integer NOT NULL CHECK (quantity BETWEEN 1 AND 10000),
    unit_price bigint NOT NULL,
    total      bigint NOT NULL,
    UNIQUE (order_id, product_id)
);
CREATE INDEX ON bare.order_items (product_id);

INSERT INTO bare.accounts SELECT a.id, a.email FROM identity.accounts AS a;
INSERT INTO bare.products SELECT p.id, p.merchant_id, p.sku, p.name FROM catalog.products AS p;
INSERT INTO bare.prices
SELECT p.product_id, p.amount FROM catalog.prices AS p WHERE p.currency = 'USD' AND p.valid @> now();
INSERT INTO bare.stock SELECT s.product_id, 1000000 FROM catalog.stock AS s;

CREATE FUNCTION bare.create_order(account_id uuid, items jsonb)
RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
    v_order_id   CONSTANT uuid := uuidv7();
    v_line       record;
    v_product    record;
    v_total      bigint := 0;
    v_products   uuid[] := '{}';
    v_skus       text[] := '{}';
    v_names      text[] := '{}';
    v_quantities integer[] := '{}';
    v_prices     bigint[] := '{}';
BEGIN
    -- In order of product, so that two orders never wait for each other.
    FOR v_line IN
        SELECT i.product_id, sum(i.quantity)::integer AS quantity
        FROM jsonb_to_recordset(create_order.items) AS i (product_id uuid, quantity integer)
        GROUP BY i.product_id ORDER BY i.product_id
    LOOP
        SELECT p.sku, p.name, c.amount INTO STRICT v_product
        FROM bare.products AS p JOIN bare.prices AS c ON c.product_id = p.id WHERE p.id = v_line.product_id;
        UPDATE bare.stock AS s SET reserved = s.reserved + v_line.quantity WHERE s.product_id = v_line.product_id;
        v_total := v_total + v_product.amount * v_line.quantity;
        v_products := v_products || v_line.product_id;
        v_skus := v_skus || v_product.sku;
        v_names := v_names || v_product.name;
        v_quantities := v_quantities || v_line.quantity;
        v_prices := v_prices || v_product.amount;
    END LOOP;

    INSERT INTO bare.orders (id, account_id, total) VALUES (v_order_id, create_order.account_id, v_total);
    INSERT INTO bare.order_items (order_id, product_id, sku, name, quantity, unit_price, total)
    SELECT v_order_id, i.product_id, i.sku, i.name, i.quantity, i.price, i.price * i.quantity
    FROM unnest(v_products, v_skus, v_names, v_quantities, v_prices) AS i (product_id, sku, name, quantity, price);

    RETURN (
        SELECT json_build_object(
            'id', o.id, 'number', o.number, 'account_id', o.account_id, 'status', o.status, 'currency', o.currency,
            'total', o.total, 'expires_at', o.expires_at, 'created_at', o.created_at,
            'items', (SELECT json_agg(json_build_object(
                                 'id', l.id, 'product_id', l.product_id, 'sku', l.sku, 'name', l.name,
                                 'quantity', l.quantity, 'unit_price', l.unit_price, 'total', l.total) ORDER BY l.id)
                      FROM bare.order_items AS l WHERE l.order_id = o.id))
        FROM bare.orders AS o WHERE o.id = v_order_id
    );
END $$;

GRANT USAGE ON SCHEMA bare TO web_customer;
GRANT ALL ON ALL TABLES IN SCHEMA bare TO web_customer;
GRANT EXECUTE ON FUNCTION bare.create_order TO web_customer;
