-- A batch of orders with everything that follows from them.
-- Run by db/demo/scale.py; the names in parentheses are its numbers.

CREATE TEMPORARY TABLE batch ON COMMIT DROP AS
SELECT o.k, uuidv7(o.at - now()) AS id, o.at, c.id AS account_id, c.display_name, c.email, c.address,
       s.commission_basis_points AS rate,
       CASE WHEN o.age < interval '20 minutes' THEN 'pending'
            WHEN o.chance < 0.10 THEN 'cancelled'
            WHEN o.age < interval '2 days' THEN 'paid'
            WHEN o.age < interval '7 days' THEN 'shipped'
            ELSE 'delivered' END AS status,
       o.at + interval '90 seconds' AS paid_at, CASE WHEN o.chance < 0.4 THEN 'stripe' ELSE 'mock' END AS provider,
       uuidv7(o.at + interval '5 seconds' - now()) AS payment_id,
       uuidv7(o.at + interval '2 days' - now()) AS shipment_id
FROM (
    -- The whole of the last year, more and more of them towards its end; the last 40 within a quarter of an hour, so
    -- that some wait for their payment in a shop of any size.
    SELECT k, now() - t.age AS at, t.age, random() AS chance, floor(%(customers)s * random() ^ 2)::integer AS customer
    FROM generate_series(%(first)s::integer, %(last)s::integer) AS k,
         LATERAL (SELECT interval '1 second' + least(
             interval '364 days' * (1 - sqrt((k + 1.0) / (%(orders)s::integer + 1))),
             CASE WHEN k >= %(orders)s::integer - 40
                  THEN interval '20 seconds' * (%(orders)s::integer - k) END) AS age) AS t
) AS o
JOIN scale_customers AS c ON c.n = o.customer
CROSS JOIN sales.settings AS s;

CREATE TEMPORARY TABLE batch_lines ON COMMIT DROP AS
SELECT DISTINCT ON (l.k, p.id) l.k, l.order_id, uuidv7(l.at - now()) AS id, l.at, l.status,
       l.account_id, p.id AS product_id, p.merchant_id,
       p.earnings_id, p.sku, p.name, l.quantity, p.amount, p.version, p.amount * l.quantity AS total,
       sales.commission_of(p.amount * l.quantity, l.rate) AS commission
FROM (
    SELECT b.k, b.id AS order_id, b.at, b.status, b.account_id, b.rate,
           1 + floor(3 * random() ^ 3)::integer AS quantity,
           floor(%(products)s * random() ^ 2.5)::integer AS product
    FROM batch AS b, LATERAL generate_series(1, 1 + b.k %% 1000 * 7919 %% 10 / 4) AS line
) AS l
JOIN scale_products AS p ON p.n = l.product
ORDER BY l.k, p.id;
ANALYZE batch_lines;

CREATE TEMPORARY TABLE batch_orders ON COMMIT DROP AS
SELECT b.*, t.total, t.commission FROM batch AS b
JOIN (SELECT l.k, sum(l.total)::bigint AS total, sum(l.commission)::bigint AS commission
      FROM batch_lines AS l
      GROUP BY l.k) AS t
    ON t.k = b.k
ORDER BY b.k;
ANALYZE batch_orders;

INSERT INTO sales.orders (id, account_id, status, currency, subtotal, total, amount_paid, shipping_address,
                          cancel_reason, expires_at, paid_at, commission_basis_points, fulfilment_status, created_at)
SELECT o.id, o.account_id, o.status, 'USD', o.total, o.total,
       CASE WHEN o.status IN ('pending', 'cancelled') THEN 0 ELSE o.total END, o.address,
       CASE o.status WHEN 'cancelled' THEN 'expired' END,
       CASE o.status WHEN 'pending' THEN o.at + interval '30 minutes' END,
       CASE WHEN o.status NOT IN ('pending', 'cancelled') THEN o.paid_at END, o.rate,
       CASE WHEN o.status IN ('shipped', 'delivered') THEN o.status
            WHEN o.status = 'cancelled' THEN 'not_needed' ELSE 'unfulfilled' END, o.at
FROM batch_orders AS o ORDER BY o.k;

INSERT INTO sales.order_items (id, order_id, account_id, merchant_id, product_id, sku, name, quantity, unit_price,
                               price_version, total, quantity_shipped, created_at)
SELECT l.id, l.order_id, l.account_id, l.merchant_id, l.product_id, l.sku, l.name, l.quantity, l.amount,
       l.version, l.total,
       CASE WHEN l.status IN ('shipped', 'delivered') THEN l.quantity ELSE 0 END, l.at
FROM batch_lines AS l ORDER BY l.k;

INSERT INTO catalog.stock_movements (id, product_id, kind, on_hand_delta, reserved_delta, order_id, actor_id,
                                     created_at)
SELECT uuidv7(m.at - now()), m.product_id, m.kind, m.on_hand, m.reserved, m.order_id, m.actor_id, m.at
FROM (
    SELECT l.k, l.product_id, 'reservation' AS kind, 0 AS on_hand, l.quantity AS reserved, l.order_id,
           l.account_id AS actor_id, l.at
           FROM batch_lines AS l
    UNION ALL
    SELECT l.k, l.product_id, 'release', 0, -l.quantity, l.order_id, NULL, l.at + interval '30 minutes'
           FROM batch_lines AS l WHERE l.status = 'cancelled'
    UNION ALL
    SELECT l.k, l.product_id, 'sale', -l.quantity, -l.quantity, l.order_id, NULL, l.at + interval '90 seconds'
    FROM batch_lines AS l WHERE l.status NOT IN ('pending', 'cancelled')
) AS m ORDER BY m.at;

INSERT INTO payments.payments (id, order_id, account_id, provider, status, amount, currency, amount_captured,
                               captured_currency, amount_applied, provider_reference, expires_at, completed_at,
                               check_at, created_at)
SELECT o.payment_id, o.id, o.account_id, o.provider,
       CASE o.status WHEN 'cancelled' THEN 'expired' ELSE 'completed' END, o.total, 'USD',
       CASE o.status WHEN 'cancelled' THEN 0 ELSE o.total END, CASE WHEN o.status <> 'cancelled' THEN 'USD' END,
       CASE o.status WHEN 'cancelled' THEN 0 ELSE o.total END, 'scale_' || replace(o.payment_id::text, '-', ''),
       o.at + interval '30 minutes',
       CASE WHEN o.status <> 'cancelled' THEN o.paid_at END, NULL, o.at + interval '5 seconds'
FROM batch_orders AS o WHERE o.status <> 'pending' AND (o.status <> 'cancelled' OR o.k %% 2 = 0) ORDER BY o.k;

INSERT INTO ledger.transfers (id, debit_account, credit_account, amount, currency, kind, order_id, payment_id,
                              created_at)
SELECT uuidv7(t.at - now()), t.debit, t.credit, t.amount, 'USD', t.kind, t.order_id, t.payment_id, t.at
FROM (
    SELECT o.paid_at AS at, c.id AS debit, s.id AS credit, o.total AS amount, 'payment' AS kind,
           o.id AS order_id, o.payment_id
    FROM batch_orders AS o
    JOIN ledger.accounts AS c
        ON c.owner_id IS NULL AND c.kind = 'clearing' AND c.currency = 'USD' AND c.provider = o.provider
    JOIN ledger.accounts AS s ON s.owner_id IS NULL AND s.kind = 'sales' AND s.currency = 'USD'
    WHERE o.status NOT IN ('pending', 'cancelled')
    UNION ALL
    SELECT o.paid_at, s.id, k.id, o.commission, 'commission', o.id, NULL
    FROM batch_orders AS o
    JOIN ledger.accounts AS k ON k.owner_id IS NULL AND k.kind = 'commission' AND k.currency = 'USD'
    JOIN ledger.accounts AS s ON s.owner_id IS NULL AND s.kind = 'sales' AND s.currency = 'USD'
    WHERE o.status NOT IN ('pending', 'cancelled') AND o.commission > 0
    UNION ALL
    SELECT l.at + interval '90 seconds', s.id, l.earnings_id, sum(l.total - l.commission)::bigint, 'earnings',
           l.order_id, NULL
    FROM batch_lines AS l JOIN ledger.accounts AS s ON s.owner_id IS NULL AND s.kind = 'sales' AND s.currency = 'USD'
    WHERE l.status NOT IN ('pending', 'cancelled')
    GROUP BY l.at, s.id, l.earnings_id, l.order_id
) AS t ORDER BY t.at;

INSERT INTO ledger.order_earnings (order_id, account_id, amount, available_from)
SELECT l.order_id, l.earnings_id, sum(l.total - l.commission)::bigint,
       CASE l.status WHEN 'delivered' THEN l.at + interval '37 days' ELSE 'infinity' END
FROM batch_lines AS l WHERE l.status NOT IN ('pending', 'cancelled') GROUP BY l.order_id, l.earnings_id, l.status, l.at;

INSERT INTO fulfilment.shipments (id, order_id, account_id, status, asks_carrier, address, shipped_at, delivered_at,
                                  created_at)
SELECT o.shipment_id, o.id, o.account_id,
       CASE o.status WHEN 'delivered' THEN 'delivered' ELSE 'in_transit' END, false, o.address,
       o.at + interval '2 days', CASE o.status WHEN 'delivered' THEN o.at + interval '7 days' END,
       o.at + interval '2 days'
FROM batch_orders AS o WHERE o.status IN ('shipped', 'delivered') ORDER BY o.k;

INSERT INTO fulfilment.shipment_items (shipment_id, order_item_id, account_id, quantity)
SELECT o.shipment_id, l.id, l.account_id, l.quantity
FROM batch_lines AS l JOIN batch_orders AS o ON o.k = l.k WHERE o.status IN ('shipped', 'delivered') ORDER BY o.k;

-- As if long committed: who reads the log (webhooks) is beyond it already. An order is told as it was at that time.
INSERT INTO messaging.events (id, type, order_id, account_id, data, actor_id, created_at, xact)
WITH told AS (
    SELECT b.*, sales.order_data(o) AS data FROM batch_orders AS b JOIN sales.orders AS o ON o.id = b.id
)
SELECT uuidv7(e.at - now()), e.type, e.id, e.account_id, e.data, e.actor_id, e.at, '3'
FROM (
    SELECT o.at, 'order.created' AS type, o.id, o.account_id,
           o.data || '{"status": "pending", "amount_paid": 0}' AS data, o.account_id AS actor_id
    FROM told AS o
    UNION ALL
    SELECT o.paid_at, 'payment.completed', o.id, o.account_id, payments.payment_data(p, 'completed'), NULL
    FROM batch_orders AS o JOIN payments.payments AS p ON p.id = o.payment_id
    WHERE o.status NOT IN ('pending', 'cancelled')
    UNION ALL
    SELECT o.paid_at, 'order.paid', o.id, o.account_id, o.data || '{"status": "paid"}', NULL
    FROM told AS o
    WHERE o.status NOT IN ('pending', 'cancelled')
    UNION ALL
    SELECT o.at + interval '30 minutes', 'order.cancelled', o.id, o.account_id, o.data || '{"reason": "expired"}', NULL
           FROM told AS o WHERE o.status = 'cancelled'
    UNION ALL
    SELECT o.at + interval '2 days', 'order.shipped', o.id, o.account_id, o.data || '{"status": "shipped"}', NULL
    FROM told AS o
    WHERE o.status IN ('shipped', 'delivered')
    UNION ALL
    SELECT o.at + interval '7 days', 'order.delivered', o.id, o.account_id, o.data, NULL
    FROM told AS o
    WHERE o.status = 'delivered'
) AS e ORDER BY e.at;

CREATE TEMPORARY TABLE batch_invoices ON COMMIT DROP AS
SELECT o.*, uuidv7(o.paid_at - now()) AS invoice_id, y.year,
       coalesce(s.last_sequence, 0) + row_number() OVER (PARTITION BY y.year ORDER BY o.k) AS sequence
FROM batch_orders AS o
CROSS JOIN LATERAL (SELECT extract(year FROM o.paid_at AT TIME ZONE 'UTC')::integer AS year) AS y
LEFT JOIN billing.series AS s ON s.kind = 'invoice' AND s.year = y.year
WHERE o.status NOT IN ('pending', 'cancelled');

INSERT INTO billing.invoices (id, kind, year, sequence, number, order_id, account_id, seller_version, buyer, currency,
                              minor_units, subtotal, discount, shipping, tax, total, e_invoice, paid_at,
                              created_at)
SELECT i.invoice_id, 'invoice', i.year, i.sequence, billing.number_of('invoice', i.year, i.sequence), i.id,
       i.account_id, s.version,
       jsonb_build_object('name', i.display_name, 'recipient', i.display_name, 'email', i.email) || i.address - 'name',
       'USD', 2, i.total, 0, 0, 0, i.total, false, i.paid_at, i.paid_at
FROM batch_invoices AS i, (SELECT max(v.version) AS version FROM billing.sellers AS v) AS s ORDER BY i.sequence;

INSERT INTO billing.invoice_items (invoice_id, position, account_id, order_item_id, sku, name, quantity, unit_price,
                                   discount, tax_category, tax_rate, tax, total)
SELECT i.invoice_id, row_number() OVER (PARTITION BY i.invoice_id ORDER BY l.id), i.account_id, l.id, l.sku,
       l.name, l.quantity, l.amount, 0, 'O', 0, 0, l.total
FROM batch_invoices AS i JOIN batch_lines AS l ON l.k = i.k ORDER BY i.sequence;
INSERT INTO billing.invoice_taxes (invoice_id, position, account_id, category, country, rate, basis, amount,
                                   shipping_basis, shipping_amount)
SELECT i.invoice_id, 1, i.account_id, 'O', coalesce(i.address ->> 'country', s.country), 0, i.total, 0, 0, 0
FROM batch_invoices AS i, (SELECT * FROM billing.sellers ORDER BY version DESC LIMIT 1) AS s ORDER BY i.sequence;

SELECT billing.total_taxes(ARRAY(SELECT i.invoice_id FROM batch_invoices AS i));

INSERT INTO billing.series (kind, year, last_sequence)
SELECT 'invoice', i.year, max(i.sequence) FROM batch_invoices AS i GROUP BY i.year
ON CONFLICT (kind, year) DO UPDATE SET last_sequence = excluded.last_sequence;
