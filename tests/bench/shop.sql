-- The shop that is measured: merchants, products with consecutive ids, customers with an address and a session.
-- Run by tests/bench/shop.py, which fills in the parameters. Triggers are enabled, so search words and audit rows are
-- written too.

INSERT INTO identity.accounts (email, display_name, role, email_verified)
SELECT 'merchant' || n || '@bench.example', 'Merchant ' || n, 'merchant', true FROM generate_series(1, 20) AS n
UNION ALL
SELECT 'customer' || n || '@bench.example', 'Customer ' || n, 'customer', true
FROM generate_series(1, %(customers)s::integer) AS n;

INSERT INTO identity.addresses (account_id, name, line1, city, postal_code, country, is_default)
SELECT a.id, a.display_name, '1 Bench Street', 'Porto', '4050-262', 'PT', true
FROM identity.accounts AS a WHERE a.email LIKE 'customer%%@bench.example';

INSERT INTO catalog.categories (id, slug, name)
SELECT (%(prefix)s || 200000000000 + n)::uuid, 'bench-' || n, 'Shelf ' || n FROM generate_series(0, 99) AS n;

-- The last two are the hot ones.
INSERT INTO catalog.products (id, merchant_id, category_id, sku, name, description, attributes)
SELECT (%(prefix)s || 100000000000 + g.n)::uuid, m.id, c.id, 'BE-' || g.n,
       (ARRAY['Amber', 'Black', 'Calm', 'Dark', 'Ebony', 'Fine', 'Green'])[1 + g.n %% 7] || ' '
       || (ARRAY['steel', 'glass', 'oak', 'wool', 'linen'])[1 + g.n %% 5] || ' '
       || (ARRAY['lamp', 'kettle', 'mug', 'chair'])[1 + g.n %% 4] || ' ' || g.n,
       'Made to last. Repairable at home. A little heavier than it looks.',
       jsonb_build_object('weight_g', 50 + g.n %% 5000, 'colour', 'plain')
FROM generate_series(0, %(products)s::integer + 1) AS g (n)
JOIN (SELECT a.id, row_number() OVER (ORDER BY a.id) - 1 AS n
      FROM identity.accounts AS a WHERE a.email LIKE 'merchant%%@bench.example') AS m ON m.n = g.n %% 20
JOIN catalog.categories AS c ON c.slug = 'bench-' || g.n %% 100;

INSERT INTO catalog.prices (product_id, currency, version, amount, created_by)
SELECT p.id, c.code, 1, 500 + 10 * (hashtext(p.sku) & 1023), p.merchant_id
FROM catalog.products AS p, (VALUES ('USD'), ('EUR')) AS c (code)
WHERE p.sku LIKE 'BE-%%';

INSERT INTO catalog.stock (product_id, on_hand)
SELECT p.id, CASE WHEN p.sku = 'BE-' || %(products)s::integer + 1 THEN %(few)s::integer ELSE 1000000 END
FROM catalog.products AS p WHERE p.sku LIKE 'BE-%%'
ON CONFLICT (product_id) DO UPDATE SET on_hand = excluded.on_hand;

INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, reason)
SELECT p.id, 'adjustment', s.on_hand, 0, 'first stock'
FROM catalog.stock AS s JOIN catalog.products AS p ON p.id = s.product_id
WHERE p.sku LIKE 'BE-%%';

-- pgbench's clients read their tokens here; the real roles may look at no table.
CREATE SCHEMA bench;
CREATE TABLE bench.tokens (n integer PRIMARY KEY, account_id uuid NOT NULL, token text NOT NULL);

WITH sessions AS (
    INSERT INTO identity.sessions (account_id, expires_at)
    SELECT a.id, now() + interval '1 day' FROM identity.accounts AS a WHERE a.email LIKE 'customer%%@bench.example'
    RETURNING id, account_id
)
INSERT INTO bench.tokens (n, account_id, token)
SELECT row_number() OVER () - 1, s.account_id, identity.issue_token(s.account_id, 'customer', s.id, '1 day')
FROM sessions AS s;

GRANT USAGE ON SCHEMA bench TO web_customer;
GRANT SELECT ON bench.tokens TO web_customer;
