"""A shop of any size, to measure with: accounts, products, prices, stock, orders, payments, books, invoices, events.

Everything is made in sets, a batch of orders at a time, and never through the endpoints: a million orders take minutes.
Triggers are off meanwhile (`session_replication_role`, a superuser's setting), so what they would have checked is made
right here: every invariant of `storeproc check` holds afterwards. There are no audit rows, which only changes have.

The skew is that of a shop: few merchants have most products, few products most sales, few customers most orders; one
order in ten is cancelled, the newest are pending. Identifiers carry the time of their row, as they do in life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from db.server import Access

BATCH = 25_000  # orders in a transaction

Report = Callable[[str, int, int], None]
"""What is made now, how much of it is done, and how much there will be."""


class ScaleError(Exception):
    """Why it is not loaded, in one line."""


@dataclass(frozen=True)
class Scale:
    products: int = 100_000
    orders: int = 1_000_000

    @property
    def merchants(self) -> int:
        return max(10, self.products // 500)

    @property
    def customers(self) -> int:
        return max(100, self.orders // 20)


def load(access: Access, scale: Scale, report: Report = lambda *_: None) -> None:
    with psycopg.connect(access.admin(), autocommit=True, application_name="storeproc scale") as connection:
        if _value(connection, "SELECT EXISTS (SELECT FROM identity.accounts WHERE email LIKE 'merchant1@scale.example')"):
            raise ScaleError("a shop at scale is in this database already.")
        try:
            connection.execute("SET session_replication_role = replica")
        except psycopg.errors.InsufficientPrivilege:
            raise ScaleError("this needs a superuser: triggers are off while it is loaded.") from None
        connection.execute("SET search_path = pg_catalog")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET work_mem = '256MB'")
        connection.execute("SET statement_timeout = 0")
        connection.execute("SELECT setseed(0.42)")
        with connection.transaction():
            report("accounts", 0, scale.merchants + scale.customers)
            _run(connection, _ACCOUNTS, scale)
            report("products", 0, scale.products)
            _run(connection, _PRODUCTS, scale)
        for first in range(0, scale.orders, BATCH):
            report("orders", first, scale.orders)
            with connection.transaction():
                _run(connection, _ORDERS, scale, first=first, last=min(first + BATCH, scale.orders) - 1)
        report("orders", scale.orders, scale.orders)
        with connection.transaction():
            report("stock and balances", 0, 1)
            _run(connection, _SUMS, scale)
        report("statistics", 0, 1)
        connection.execute("VACUUM (ANALYZE)")
        report("statistics", 1, 1)


def _value(connection: psycopg.Connection[tuple[object, ...]], query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def _run(
    connection: psycopg.Connection[tuple[object, ...]], script: str, scale: Scale, first: int = 0, last: int = 0
) -> None:
    given = {
        "products": scale.products,
        "merchants": scale.merchants,
        "customers": scale.customers,
        "orders": scale.orders,
        "first": first,
        "last": last,
    }
    for statement in _statements(script):
        connection.execute(statement.encode(), given)


def _statements(script: str) -> Iterator[str]:
    return (part for part in (part.strip() for part in script.split(";\n")) if part)


# Everybody's password is Demo-Pass-1, as in the demo shop.
_ACCOUNTS = """
INSERT INTO identity.accounts (id, email, display_name, role, email_verified, created_at)
SELECT uuidv7(a.created_at - now()), a.email, a.display_name, a.role, true, a.created_at
FROM (
    SELECT 'merchant' || n || '@scale.example' AS email, 'Merchant ' || n AS display_name, 'merchant' AS role,
           now() - interval '3 years' + n * interval '1 minute' AS created_at
    FROM generate_series(1, %(merchants)s::integer) AS n
    UNION ALL
    SELECT 'customer' || n || '@scale.example', 'Customer ' || n, 'customer',
           now() - interval '2 years' + n * interval '1 second'
    FROM generate_series(1, %(customers)s::integer) AS n
    UNION ALL
    SELECT 'support@scale.example', 'Customer service', 'support', now() - interval '3 years'
    UNION ALL
    SELECT 'admin@scale.example', 'Shop administration', 'admin', now() - interval '3 years'
) AS a;

INSERT INTO identity.passwords (account_id, salt, proof)
SELECT a.id, left(p.hash, 29), sha256(convert_to(p.hash, 'UTF8'))
FROM identity.accounts AS a,
     (VALUES ('$2b$12$storeprocdemosaltAAAAeMmLXV6CjesC9mlmh0/.urkOirTQEDJy')) AS p (hash)
WHERE a.email LIKE '%%@scale.example';

INSERT INTO identity.addresses (id, account_id, name, line1, city, postal_code, country, is_default, created_at)
SELECT uuidv7(a.created_at - now()), a.id, a.display_name, (1 + a.n %% 200) || ' Scale Street',
       (ARRAY['Dhaka', 'Uppsala', 'Porto', 'Leeds', 'Turin', 'Lyon'])[1 + a.n %% 6], lpad((a.n %% 100000)::text, 5, '0'),
       (ARRAY['BD', 'SE', 'PT', 'GB', 'IT', 'FR'])[1 + a.n %% 6], true, a.created_at
FROM (SELECT c.*, row_number() OVER (ORDER BY c.id) AS n FROM identity.accounts AS c
      WHERE c.email LIKE 'customer%%@scale.example') AS a;

INSERT INTO ledger.accounts (owner_id, kind, provider, currency)
SELECT NULL, k.kind, k.provider, 'USD'
FROM (VALUES ('sales', NULL), ('commission', NULL), ('clearing', 'mock'), ('clearing', 'stripe')) AS k (kind, provider)
ON CONFLICT ON CONSTRAINT ledger_account_twice DO NOTHING;

INSERT INTO ledger.accounts (id, owner_id, kind, currency)
SELECT uuidv7(a.created_at - now()), a.id, 'earnings', 'USD'
FROM identity.accounts AS a WHERE a.email LIKE 'merchant%%@scale.example';

CREATE TEMPORARY TABLE scale_customers ON COMMIT PRESERVE ROWS AS
SELECT row_number() OVER (ORDER BY random()) - 1 AS n, a.id, a.display_name, a.email,
       jsonb_build_object('name', d.name, 'line1', d.line1, 'city', d.city, 'postal_code', d.postal_code, 'country', d.country) AS address
FROM identity.accounts AS a JOIN identity.addresses AS d ON d.account_id = a.id
WHERE a.email LIKE 'customer%%@scale.example';
CREATE UNIQUE INDEX ON scale_customers (n);
ANALYZE scale_customers;
"""

_PRODUCTS = """
CREATE TEMPORARY TABLE scale_words AS
SELECT string_to_array('amber ash birch black blue brass bright bronze brown calm cedar chalk cherry clay clear coral cotton cream dark '
                       'deep dusk ebony fern fine fir flax forest grand granite green grey heather indigo ivory jade linen marble matt mellow '
                       'misty moss navy oak ochre olive opal pale pearl pine plain plum quiet red rose rustic sage sand silver slate smoky '
                       'snow soft stone sunny tall teal umber velvet walnut warm white willow', ' ') AS looks,
       string_to_array('steel glass oak wool cotton linen leather cork ceramic porcelain bamboo copper titanium paper felt silk '
                       'concrete rattan walnut aluminium', ' ') AS materials,
       string_to_array('lamp kettle mug chair table shelf notebook backpack tent bottle knife board jar throw cushion towel candle '
                       'skillet teapot grinder dripper press pen pencil ink planner tray clock scissors bag jacket sock beanie glove '
                       'scarf boot stove mat pillow blanket basket vase bowl plate fork spoon ladle sieve whisk apron mirror frame '
                       'hook rack stool bench ladder rug curtain lantern', ' ') AS nouns,
       string_to_array('Made to last. Repairable at home. A little heavier than it looks. Designed for small rooms. Tested by people who cook. '
                       'Loved by travellers. Packs flat. Ages well. Comes in a box without plastic. Fits where others do not', '. ') AS praise;

CREATE TEMPORARY TABLE scale_merchants AS
SELECT row_number() OVER (ORDER BY random()) - 1 AS n, a.id, l.id AS earnings_id
FROM identity.accounts AS a JOIN ledger.accounts AS l ON l.owner_id = a.id AND l.kind = 'earnings'
WHERE a.email LIKE 'merchant%%@scale.example';

INSERT INTO catalog.categories (slug, name, position)
SELECT 'scale-' || n, 'Department ' || n, n FROM generate_series(1, 12) AS n;
INSERT INTO catalog.categories (parent_id, slug, name, position)
SELECT c.id, c.slug || '-' || n, c.name || ', shelf ' || n, n
FROM catalog.categories AS c, generate_series(1, 8) AS n WHERE c.slug ~ '^scale-[0-9]+$';

CREATE TEMPORARY TABLE scale_shelves AS
SELECT row_number() OVER (ORDER BY random()) - 1 AS n, c.id FROM catalog.categories AS c WHERE c.slug ~ '^scale-[0-9]+-[0-9]+$';

CREATE TEMPORARY TABLE scale_draft AS
SELECT d.*, (10 ^ (2.6 + 1.6 * d.dear))::bigint / 10 * 10 + 99 - 9 * (d.n %% 2) AS amount,
       (SELECT m.id FROM scale_merchants AS m WHERE m.n = d.merchant) AS merchant_id,
       (SELECT s.id FROM scale_shelves AS s WHERE s.n = d.shelf) AS category_id
FROM (
    SELECT n, now() - interval '2 years' + n * (interval '23 months' / %(products)s) AS created_at,
           floor(%(merchants)s * random() ^ 2)::integer AS merchant, floor(96 * random() ^ 1.5)::integer AS shelf,
           (random() + random() + random()) / 3 AS dear, random() AS stocked,
           w.looks[1 + floor(cardinality(w.looks) * random())::integer] AS looks, w.materials[1 + floor(cardinality(w.materials) * random() ^ 1.3)::integer] AS material,
           w.nouns[1 + floor(cardinality(w.nouns) * random() ^ 1.6)::integer] AS noun,
           w.praise[1 + floor(cardinality(w.praise) * random())::integer] AS praise, w.praise[1 + floor(cardinality(w.praise) * random())::integer] AS more
    FROM generate_series(1, %(products)s::integer) AS n, scale_words AS w
) AS d;

INSERT INTO catalog.products (id, merchant_id, category_id, sku, name, description, attributes, created_at)
SELECT uuidv7(d.created_at - now()), d.merchant_id, d.category_id, 'SC-' || lpad(d.n::text, 7, '0'),
       initcap(d.looks) || ' ' || d.material || ' ' || d.noun, d.praise || '. ' || d.more || '.',
       jsonb_build_object('material', d.material, 'colour', d.looks, 'weight_g', 50 + d.n %% 5000), d.created_at
FROM scale_draft AS d ORDER BY d.n;

CREATE TEMPORARY TABLE scale_products AS
SELECT row_number() OVER (ORDER BY md5(p.sku)) - 1 AS n, p.id, p.merchant_id, m.earnings_id, p.sku, p.name, d.amount, d.created_at, d.stocked,
       d.n %% 5 = 0 AS was_cheaper, d.n %% 33 = 0 AS will_rise, CASE WHEN d.n %% 5 = 0 THEN 2 ELSE 1 END AS version
FROM catalog.products AS p
JOIN scale_draft AS d ON p.sku = 'SC-' || lpad(d.n::text, 7, '0')
JOIN scale_merchants AS m ON m.id = p.merchant_id;
CREATE UNIQUE INDEX ON scale_products (n);
ANALYZE scale_products;

INSERT INTO catalog.prices (product_id, currency, version, amount, valid, created_by, created_at)
SELECT p.id, c.code, v.version, CASE c.code WHEN 'USD' THEN v.amount ELSE v.amount * 92 / 100 END, v.valid, p.merchant_id, lower(v.valid)
FROM scale_products AS p
CROSS JOIN LATERAL (SELECT 'USD' AS code UNION ALL SELECT 'EUR' WHERE p.n %% 5 < 3) AS c
CROSS JOIN LATERAL (
    SELECT 1 AS version, p.amount * 9 / 10 AS amount, tstzrange(p.created_at, p.created_at + interval '15 days') AS valid WHERE p.was_cheaper
    UNION ALL
    SELECT p.version, p.amount, tstzrange(CASE WHEN p.was_cheaper THEN p.created_at + interval '15 days' ELSE p.created_at END,
                                          CASE WHEN p.will_rise THEN now() + interval '30 days' END)
    UNION ALL
    SELECT p.version + 1, p.amount * 11 / 10, tstzrange(now() + interval '30 days', NULL) WHERE p.will_rise
) AS v;

DROP TABLE scale_draft;
"""

_ORDERS = """
CREATE TEMPORARY TABLE batch ON COMMIT DROP AS
SELECT o.k, uuidv7(o.at - now()) AS id, o.at, c.id AS account_id, c.display_name, c.email, c.address, s.commission_basis_points AS rate,
       CASE WHEN o.age < interval '20 minutes' THEN 'pending'
            WHEN o.chance < 0.10 THEN 'cancelled'
            WHEN o.age < interval '2 days' THEN 'paid'
            WHEN o.age < interval '7 days' THEN 'shipped'
            ELSE 'delivered' END AS status,
       o.at + interval '90 seconds' AS paid_at, CASE WHEN o.chance < 0.4 THEN 'stripe' ELSE 'mock' END AS provider, uuidv7(o.at + interval '5 seconds' - now()) AS payment_id
FROM (
    -- The whole of the last year, more and more of them towards its end.
    SELECT k, now() - t.age AS at, t.age, random() AS chance, floor(%(customers)s * random() ^ 2)::integer AS customer
    FROM generate_series(%(first)s::integer, %(last)s::integer) AS k,
         LATERAL (SELECT interval '1 second' + interval '364 days' * (1 - sqrt((k + 1.0) / (%(orders)s::integer + 1))) AS age) AS t
) AS o
JOIN scale_customers AS c ON c.n = o.customer
CROSS JOIN sales.settings AS s;

CREATE TEMPORARY TABLE batch_lines ON COMMIT DROP AS
SELECT DISTINCT ON (l.k, p.id) l.k, l.order_id, uuidv7(l.at - now()) AS id, l.at, l.status, l.account_id, p.id AS product_id, p.merchant_id,
       p.earnings_id, p.sku, p.name, l.quantity, p.amount, p.version, p.amount * l.quantity AS total,
       sales.commission_of(p.amount * l.quantity, l.rate) AS commission
FROM (
    SELECT b.k, b.id AS order_id, b.at, b.status, b.account_id, b.rate, 1 + floor(3 * random() ^ 3)::integer AS quantity,
           floor(%(products)s * random() ^ 2.5)::integer AS product
    FROM batch AS b, LATERAL generate_series(1, 1 + b.k * 7919 %% 10 / 4) AS line
) AS l
JOIN scale_products AS p ON p.n = l.product
ORDER BY l.k, p.id;
ANALYZE batch_lines;

CREATE TEMPORARY TABLE batch_orders ON COMMIT DROP AS
SELECT b.*, t.total, t.commission FROM batch AS b
JOIN (SELECT l.k, sum(l.total)::bigint AS total, sum(l.commission)::bigint AS commission FROM batch_lines AS l GROUP BY l.k) AS t ON t.k = b.k
ORDER BY b.k;
ANALYZE batch_orders;

INSERT INTO sales.orders (id, account_id, status, currency, subtotal, total, amount_paid, shipping_address, cancel_reason, expires_at, paid_at,
                          commission_basis_points, created_at)
SELECT o.id, o.account_id, o.status, 'USD', o.total, o.total, CASE WHEN o.status IN ('pending', 'cancelled') THEN 0 ELSE o.total END, o.address,
       CASE o.status WHEN 'cancelled' THEN 'expired' END, CASE o.status WHEN 'pending' THEN o.at + interval '30 minutes' END,
       CASE WHEN o.status NOT IN ('pending', 'cancelled') THEN o.paid_at END, o.rate, o.at
FROM batch_orders AS o ORDER BY o.k;

INSERT INTO sales.order_items (id, order_id, account_id, merchant_id, product_id, sku, name, quantity, unit_price, price_version, total, created_at)
SELECT l.id, l.order_id, l.account_id, l.merchant_id, l.product_id, l.sku, l.name, l.quantity, l.amount, l.version, l.total, l.at
FROM batch_lines AS l ORDER BY l.k;

INSERT INTO catalog.stock_movements (id, product_id, kind, on_hand_delta, reserved_delta, order_id, actor_id, created_at)
SELECT uuidv7(m.at - now()), m.product_id, m.kind, m.on_hand, m.reserved, m.order_id, m.actor_id, m.at
FROM (
    SELECT l.k, l.product_id, 'reservation' AS kind, 0 AS on_hand, l.quantity AS reserved, l.order_id, l.account_id AS actor_id, l.at FROM batch_lines AS l
    UNION ALL
    SELECT l.k, l.product_id, 'release', 0, -l.quantity, l.order_id, NULL, l.at + interval '30 minutes' FROM batch_lines AS l WHERE l.status = 'cancelled'
    UNION ALL
    SELECT l.k, l.product_id, 'sale', -l.quantity, -l.quantity, l.order_id, NULL, l.at + interval '90 seconds'
    FROM batch_lines AS l WHERE l.status NOT IN ('pending', 'cancelled')
) AS m ORDER BY m.at;

INSERT INTO payments.payments (id, order_id, account_id, provider, status, amount, currency, amount_captured, captured_currency, amount_applied,
                               provider_reference, expires_at, completed_at, check_at, created_at)
SELECT o.payment_id, o.id, o.account_id, o.provider, CASE o.status WHEN 'cancelled' THEN 'expired' ELSE 'completed' END, o.total, 'USD',
       CASE o.status WHEN 'cancelled' THEN 0 ELSE o.total END, CASE WHEN o.status <> 'cancelled' THEN 'USD' END,
       CASE o.status WHEN 'cancelled' THEN 0 ELSE o.total END, 'scale_' || replace(o.payment_id::text, '-', ''), o.at + interval '30 minutes',
       CASE WHEN o.status <> 'cancelled' THEN o.paid_at END, NULL, o.at + interval '5 seconds'
FROM batch_orders AS o WHERE o.status <> 'pending' AND (o.status <> 'cancelled' OR o.k %% 2 = 0) ORDER BY o.k;

INSERT INTO ledger.transfers (id, debit_account, credit_account, amount, currency, kind, order_id, payment_id, created_at)
SELECT uuidv7(t.at - now()), t.debit, t.credit, t.amount, 'USD', t.kind, t.order_id, t.payment_id, t.at
FROM (
    SELECT o.paid_at AS at, c.id AS debit, s.id AS credit, o.total AS amount, 'payment' AS kind, o.id AS order_id, o.payment_id
    FROM batch_orders AS o
    JOIN ledger.accounts AS c ON c.owner_id IS NULL AND c.kind = 'clearing' AND c.currency = 'USD' AND c.provider = o.provider
    JOIN ledger.accounts AS s ON s.owner_id IS NULL AND s.kind = 'sales' AND s.currency = 'USD'
    WHERE o.status NOT IN ('pending', 'cancelled')
    UNION ALL
    SELECT o.paid_at, s.id, k.id, o.commission, 'commission', o.id, NULL
    FROM batch_orders AS o
    JOIN ledger.accounts AS k ON k.owner_id IS NULL AND k.kind = 'commission' AND k.currency = 'USD'
    JOIN ledger.accounts AS s ON s.owner_id IS NULL AND s.kind = 'sales' AND s.currency = 'USD'
    WHERE o.status NOT IN ('pending', 'cancelled') AND o.commission > 0
    UNION ALL
    SELECT l.at + interval '90 seconds', s.id, l.earnings_id, sum(l.total - l.commission)::bigint, 'earnings', l.order_id, NULL
    FROM batch_lines AS l JOIN ledger.accounts AS s ON s.owner_id IS NULL AND s.kind = 'sales' AND s.currency = 'USD'
    WHERE l.status NOT IN ('pending', 'cancelled')
    GROUP BY l.at, s.id, l.earnings_id, l.order_id
) AS t ORDER BY t.at;

INSERT INTO messaging.events (id, type, order_id, account_id, data, actor_id, created_at)
SELECT uuidv7(e.at - now()), e.type, e.id, e.account_id, e.data, e.actor_id, e.at
FROM (
    SELECT o.at, 'order.created' AS type, o.id, o.account_id, jsonb_build_object('total', o.total, 'currency', 'USD') AS data, o.account_id AS actor_id FROM batch_orders AS o
    UNION ALL
    SELECT o.paid_at, 'payment.completed', o.id, o.account_id,
           jsonb_build_object('payment_id', o.payment_id, 'provider', o.provider, 'amount', o.total, 'currency', 'USD'), NULL
    FROM batch_orders AS o WHERE o.status NOT IN ('pending', 'cancelled')
    UNION ALL
    SELECT o.paid_at, 'order.paid', o.id, o.account_id, '{}', NULL FROM batch_orders AS o WHERE o.status NOT IN ('pending', 'cancelled')
    UNION ALL
    SELECT o.at + interval '30 minutes', 'order.cancelled', o.id, o.account_id, '{"reason": "expired"}', NULL FROM batch_orders AS o WHERE o.status = 'cancelled'
    UNION ALL
    SELECT o.at + interval '2 days', 'order.shipped', o.id, o.account_id, '{}', NULL FROM batch_orders AS o WHERE o.status IN ('shipped', 'delivered')
    UNION ALL
    SELECT o.at + interval '7 days', 'order.delivered', o.id, o.account_id, '{}', NULL FROM batch_orders AS o WHERE o.status = 'delivered'
) AS e ORDER BY e.at;

CREATE TEMPORARY TABLE batch_invoices ON COMMIT DROP AS
SELECT o.*, uuidv7(o.paid_at - now()) AS invoice_id, y.year,
       coalesce(s.last_sequence, 0) + row_number() OVER (PARTITION BY y.year ORDER BY o.k) AS sequence
FROM batch_orders AS o
CROSS JOIN LATERAL (SELECT extract(year FROM o.paid_at AT TIME ZONE 'UTC')::integer AS year) AS y
LEFT JOIN billing.series AS s ON s.kind = 'invoice' AND s.year = y.year
WHERE o.status NOT IN ('pending', 'cancelled');

INSERT INTO billing.invoices (id, kind, year, sequence, order_id, account_id, seller_version, buyer, currency, minor_units, subtotal, discount, shipping,
                              shipping_tax_category, tax, total, e_invoice, paid_at, created_at)
SELECT i.invoice_id, 'invoice', i.year, i.sequence, i.id, i.account_id, s.version,
       jsonb_build_object('name', i.display_name, 'recipient', i.display_name, 'email', i.email) || i.address - 'name',
       'USD', 2, i.total, 0, 0, 'O', 0, i.total, false, i.paid_at, i.paid_at
FROM batch_invoices AS i, (SELECT max(v.version) AS version FROM billing.sellers AS v) AS s ORDER BY i.sequence;

INSERT INTO billing.invoice_items (invoice_id, position, account_id, order_item_id, sku, name, quantity, unit_price, discount, tax_category, tax_rate, tax, total)
SELECT i.invoice_id, row_number() OVER (PARTITION BY i.invoice_id ORDER BY l.id), i.account_id, l.id, l.sku, l.name, l.quantity, l.amount, 0, 'O', 0, 0, l.total
FROM batch_invoices AS i JOIN batch_lines AS l ON l.k = i.k ORDER BY i.sequence;

INSERT INTO billing.series (kind, year, last_sequence)
SELECT 'invoice', i.year, max(i.sequence) FROM batch_invoices AS i GROUP BY i.year
ON CONFLICT (kind, year) DO UPDATE SET last_sequence = excluded.last_sequence;
"""

_SUMS = """
CREATE TEMPORARY TABLE scale_moved ON COMMIT DROP AS
SELECT m.product_id, -sum(m.on_hand_delta)::bigint AS sold, sum(m.reserved_delta)::bigint AS reserved
FROM catalog.stock_movements AS m WHERE m.product_id IN (SELECT p.id FROM scale_products AS p) GROUP BY m.product_id;

-- One in twenty is sold out.
INSERT INTO catalog.stock (product_id, on_hand, reserved)
SELECT p.id, coalesce(m.reserved, 0) + CASE WHEN p.stocked < 0.05 THEN 0 ELSE floor(400 * p.stocked ^ 2)::bigint END, coalesce(m.reserved, 0)
FROM scale_products AS p LEFT JOIN scale_moved AS m ON m.product_id = p.id ORDER BY p.id;

INSERT INTO catalog.stock_movements (id, product_id, kind, on_hand_delta, reserved_delta, reason, actor_id, created_at)
SELECT uuidv7(p.created_at - now()), p.id, 'adjustment', s.on_hand + coalesce(m.sold, 0), 0, 'first stock', p.merchant_id, p.created_at
FROM scale_products AS p JOIN catalog.stock AS s ON s.product_id = p.id LEFT JOIN scale_moved AS m ON m.product_id = p.id
WHERE s.on_hand + coalesce(m.sold, 0) > 0 ORDER BY p.id;

INSERT INTO ledger.balance_parts (account_id, part, balance)
SELECT t.credit_account, 0, sum(t.amount) FROM ledger.transfers AS t
WHERE t.credit_account IN (SELECT m.earnings_id FROM scale_merchants AS m) GROUP BY t.credit_account;
"""
