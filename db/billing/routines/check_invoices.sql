-- The invariants of invoices, in one snapshot, in the form of audit.check_invariants(). An empty detail means that an
-- invariant holds.
-- Callers:   audit.check_invariants.
-- Definer:   reads everything.
CREATE OR REPLACE FUNCTION billing.check_invoices()
RETURNS TABLE (name text, ok boolean, detail text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH offenders (name, id) AS (
        SELECT 'invoice numbers have no gap', format('%s %s', coalesce(s.kind, i.kind), coalesce(s.year, i.year))
        FROM billing.series AS s
        FULL JOIN (SELECT v.kind, v.year, count(*) AS n, min(v.sequence) AS first, max(v.sequence) AS last
                   FROM billing.invoices AS v GROUP BY v.kind, v.year) AS i ON i.kind = s.kind AND i.year = s.year
        WHERE i.n IS DISTINCT FROM s.last_sequence OR i.first <> 1 OR i.last <> i.n

        UNION ALL
        SELECT 'an invoice''s total is the sum of its lines', i.id::text
        FROM billing.invoices AS i
        LEFT JOIN (SELECT l.invoice_id, sum(l.unit_price * l.quantity) AS subtotal,
                          sum(l.discount) AS discount, sum(l.tax) AS tax,
                          sum(l.tax) FILTER (WHERE l.tax_included) AS tax_included, sum(l.total) AS total
                   FROM billing.invoice_items AS l GROUP BY l.invoice_id) AS t ON t.invoice_id = i.id
        LEFT JOIN (SELECT s.invoice_id, sum(s.amount) AS amount, sum(s.tax) AS tax,
                          sum(s.tax) FILTER (WHERE s.tax_included) AS tax_included
                   FROM billing.invoice_shipping AS s GROUP BY s.invoice_id) AS s ON s.invoice_id = i.id
        WHERE (i.subtotal, i.discount, i.tax - i.shipping_tax, i.tax_included - i.shipping_tax_included,
               i.total - i.shipping - i.shipping_tax + i.shipping_tax_included,
               i.shipping, i.shipping_tax, i.shipping_tax_included) IS DISTINCT FROM
              (coalesce(t.subtotal, 0), coalesce(t.discount, 0), coalesce(t.tax, 0), coalesce(t.tax_included, 0),
               coalesce(t.total, 0),
               -- Documents from before shipping was taxed have no parts of it.
               CASE WHEN i.shipping_tax_category IS NULL THEN coalesce(s.amount, 0) ELSE i.shipping END,
               coalesce(s.tax, 0), coalesce(s.tax_included, 0))
           OR i.shipping < 0

        UNION ALL
        SELECT 'an invoice says what its order cost', i.id::text
        FROM billing.invoices AS i JOIN sales.orders AS o ON o.id = i.order_id
        WHERE i.account_id <> o.account_id OR i.currency <> o.currency
           OR i.kind = 'invoice' AND (i.subtotal, i.discount, i.tax, i.tax_included, i.shipping, i.shipping_tax,
                                      i.shipping_tax_included, i.total)
                                  <> (o.subtotal, o.discount, o.tax, o.tax_included, o.shipping, o.shipping_tax,
                                      o.shipping_tax_included, o.total)

        UNION ALL
        SELECT 'an invoice has its order''s lines', coalesce(i.order_id, o.order_id)::text
        FROM (SELECT v.order_id, l.*
              FROM billing.invoices AS v
              JOIN billing.invoice_items AS l ON l.invoice_id = v.id
              WHERE v.kind = 'invoice') AS i
        FULL JOIN (SELECT s.*
                   FROM sales.order_items AS s
                   JOIN billing.invoices AS v ON v.order_id = s.order_id AND v.kind = 'invoice') AS o
            ON o.id = i.order_item_id AND o.order_id = i.order_id
        WHERE (i.quantity, i.unit_price, i.discount, i.tax, i.tax_included, i.total)
              IS DISTINCT FROM (o.quantity, o.unit_price, o.discount, o.tax, o.tax_included, o.total)
           -- Invoices from before lines had a tax rate have a derived one.
           OR o.tax_rate > 0 AND (i.tax_rate <> o.tax_rate OR i.tax_category <> 'S')
           OR o.tax = 0 AND o.tax_rate = 0 AND (i.tax_rate <> 0 OR i.tax_category = 'S')
           OR i.tax_category <> o.tax_category OR i.taxes <> o.taxes
        UNION ALL
        SELECT 'an invoice has its order''s lines', coalesce(s.order_id, o.order_id)::text
        FROM (SELECT i.order_id, p.tax_category, p.tax_rate, p.tax_included, sum(p.amount) AS amount,
                     sum(p.tax) AS tax
              FROM billing.invoices AS i JOIN billing.invoice_shipping AS p ON p.invoice_id = i.id
              JOIN sales.orders AS o ON o.id = i.order_id AND o.shipping_parts <> '[]'
              WHERE i.kind = 'invoice' GROUP BY i.order_id, p.tax_category, p.tax_rate, p.tax_included) AS s
        FULL JOIN (SELECT i.order_id, p.tax_category, p.tax_rate, p.tax_included, sum(p.amount) AS amount,
                          sum(p.tax) AS tax
                   FROM sales.orders AS o JOIN billing.invoices AS i ON i.order_id = o.id AND i.kind = 'invoice'
                   CROSS JOIN LATERAL billing.parts_of(o, NULL) AS a CROSS JOIN LATERAL unnest(a) AS p
                   WHERE o.shipping_parts <> '[]'
                   GROUP BY i.order_id, p.tax_category, p.tax_rate, p.tax_included) AS o
            ON o.order_id = s.order_id AND o.tax_category = s.tax_category AND o.tax_rate = s.tax_rate
               AND o.tax_included = s.tax_included
        WHERE (s.amount, s.tax) IS DISTINCT FROM (o.amount, o.tax)

        UNION ALL
        SELECT 'a credit note says what its refund gave back', i.id::text
        FROM billing.invoices AS i JOIN payments.refunds AS r ON r.id = i.refund_id
        -- A refund that came back was completed before: its credit note stays valid, and another refund replaces it.
        WHERE i.total <> r.from_order OR i.order_id <> r.order_id OR r.completed_at IS NULL

        UNION ALL
        SELECT 'credit notes give back no more than their invoice', i.id::text
        FROM billing.invoices AS i
        JOIN (SELECT c.order_id, sum(s.sign * c.total) AS total, sum(s.sign * c.tax) AS tax,
                     sum(s.sign * c.tax_included) AS tax_included,
                     sum(s.sign * (c.shipping + c.shipping_tax - c.shipping_tax_included)) AS shipping
              FROM billing.invoices AS c
              CROSS JOIN LATERAL (SELECT CASE c.kind WHEN 'credit_note' THEN 1 ELSE -1 END AS sign) AS s
              WHERE c.kind <> 'invoice' GROUP BY c.order_id) AS t ON t.order_id = i.order_id
        WHERE i.kind = 'invoice'
          AND (t.total > i.total OR t.tax > i.tax OR t.tax_included > i.tax_included
               OR t.shipping > i.shipping + i.shipping_tax - i.shipping_tax_included)

        UNION ALL
        SELECT 'a credited line gives back its tax, all of it with the last unit', i.invoice_id::text
        FROM billing.invoice_items AS i
        JOIN billing.invoices AS v ON v.id = i.invoice_id AND v.kind = 'invoice'
        JOIN billing.invoices AS c ON c.order_id = v.order_id AND c.kind <> 'invoice'
        JOIN billing.invoice_items AS l ON l.invoice_id = c.id AND l.order_item_id = i.order_item_id
        CROSS JOIN LATERAL (SELECT CASE c.kind WHEN 'credit_note' THEN 1 ELSE -1 END AS sign) AS s
        GROUP BY i.invoice_id, i.position
        HAVING sum(s.sign * l.total) > i.total
          OR sum(s.sign * l.tax) > i.tax
          OR min(l.tax) < 0
          OR sum(s.sign * l.total) = i.total AND sum(s.sign * l.tax) <> i.tax
          OR bool_or((l.tax_category, l.tax_rate, l.tax_included) <> (i.tax_category, i.tax_rate, i.tax_included)
                     OR jsonb_array_length(l.taxes) <> jsonb_array_length(i.taxes))
        UNION ALL
        SELECT 'a credited line gives back its tax, all of it with the last unit', i.id::text
        FROM billing.invoices AS i
        JOIN billing.invoices AS c ON c.order_id = i.order_id AND c.kind <> 'invoice'
        CROSS JOIN LATERAL billing.list_parts(i) AS p
        JOIN LATERAL billing.list_parts(c) AS l ON l.position = p.position
        CROSS JOIN LATERAL (SELECT CASE c.kind WHEN 'credit_note' THEN 1 ELSE -1 END AS sign) AS s
        WHERE i.kind = 'invoice' AND i.shipping > 0
        GROUP BY i.id, p.position, p.total, p.tax
        HAVING sum(s.sign * l.total) > p.total
          OR sum(s.sign * l.tax) > p.tax
          OR min(l.tax) < 0
          OR sum(s.sign * l.total) = p.total AND sum(s.sign * l.tax) <> p.tax
          OR bool_or((l.tax_category, l.tax_rate, l.tax_included) <> (p.tax_category, p.tax_rate, p.tax_included))

        UNION ALL
        -- Of a line, and of a part of the shipping: a document from before taxes had names has none.
        SELECT 'the taxes of a line add up to its tax', l.invoice_id::text
        FROM (SELECT x.invoice_id, x.tax, x.taxes FROM billing.invoice_items AS x
              UNION ALL SELECT x.invoice_id, x.tax, x.taxes FROM billing.invoice_shipping AS x) AS l
        CROSS JOIN LATERAL (
            SELECT sum((t ->> 'amount')::bigint) AS amount, min((t ->> 'amount')::bigint) AS least
            FROM jsonb_array_elements(l.taxes) AS t
        ) AS t
        WHERE l.taxes <> '[]' AND (t.amount <> l.tax OR t.least < 0)

        UNION ALL
        SELECT 'documents, orders and ledger agree on tax', i.id::text
        FROM billing.invoices AS i
        WHERE EXISTS (
            SELECT FROM (SELECT * FROM billing.invoice_taxes AS t WHERE t.invoice_id = i.id) AS f
            FULL JOIN billing.list_taxes(i) AS t
                ON f.category = t.category AND f.rate = t.rate
                   AND coalesce(f.country, '') = coalesce(t.country, '')
                   AND coalesce(f.region, '') = coalesce(t.region, '') AND coalesce(f.name, '') = coalesce(t.name, '')
                   AND coalesce(f.reason_code, '') = coalesce(t.reason_code, '')
                   AND coalesce(f.reason, '') = coalesce(t.reason, '')
            WHERE (f.basis, f.amount, f.shipping_basis, f.shipping_amount)
                  IS DISTINCT FROM (t.basis, t.amount, t.shipping_basis, t.shipping_amount)
        )
        UNION ALL
        SELECT 'documents, orders and ledger agree on tax', coalesce(i.id::text, t.number, 'a transfer')
        FROM (SELECT v.* FROM billing.invoices AS v WHERE v.tax > 0) AS i
        FULL JOIN (
            SELECT m.number, m.order_id, m.currency, sum(m.amount) AS amount
            FROM (SELECT c.order_id, c.currency, c.amount, c.reason AS number
                  FROM ledger.accounts AS a JOIN ledger.transfers AS c ON c.credit_account = a.id WHERE a.kind = 'tax'
                  UNION ALL
                  SELECT d.order_id, d.currency, -d.amount, d.reason
                  FROM ledger.accounts AS a JOIN ledger.transfers AS d ON d.debit_account = a.id WHERE a.kind = 'tax'
                 ) AS m
            GROUP BY m.number, m.order_id, m.currency
        ) AS t ON t.number = i.number AND t.order_id = i.order_id AND t.currency = i.currency
        WHERE coalesce(t.amount, 0) <> coalesce(CASE i.kind WHEN 'credit_note' THEN -i.tax ELSE i.tax END, 0)

        UNION ALL
        SELECT 'tax totals are the sums of the documents', coalesce(t.day, d.day)::text
        FROM billing.tax_totals AS t
        FULL JOIN billing.sum_taxes(ARRAY(SELECT i.id FROM billing.invoices AS i)) AS d
            ON d.day = t.day AND d.key = t.key
        WHERE t IS DISTINCT FROM d

        UNION ALL
        SELECT 'a paid order has its invoice, or it is being made', o.id::text
        FROM sales.orders AS o
        WHERE o.paid_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM billing.invoices AS i WHERE i.order_id = o.id AND i.kind = 'invoice')
          AND o.id::text NOT IN (SELECT j.payload ->> 'order_id'
                                 FROM messaging.outbox AS j
                                 WHERE j.kind = 'issue_invoice' AND j.done_at IS NULL)

        UNION ALL
        SELECT 'a finished refund has its credit note, or it is being made', r.id::text
        FROM payments.refunds AS r JOIN sales.orders AS o ON o.id = r.order_id
        WHERE r.completed_at IS NOT NULL AND r.from_order > 0 AND o.paid_at IS NOT NULL
          -- A refund that came back and was made again has one credit note.
          AND NOT payments.was_credited(r.retry_of)
          AND NOT EXISTS (SELECT FROM billing.invoices AS i WHERE i.refund_id = r.id)
          AND r.id::text NOT IN (SELECT j.payload ->> 'refund_id' FROM messaging.outbox AS j
                                 WHERE j.kind = 'issue_credit_note' AND j.done_at IS NULL)

        UNION ALL
        SELECT 'a refund that was reversed has its credit note cancelled, or it is being done', r.id::text
        FROM payments.refunds AS r
        JOIN sales.orders AS o ON o.id = r.order_id
        LEFT JOIN billing.invoices AS c ON c.refund_id = r.id
        LEFT JOIN billing.invoices AS d ON d.invoice_id = c.id AND d.kind = 'debit_note'
        WHERE r.reason = 'dispute_lost' AND r.from_order > 0 AND o.paid_at IS NOT NULL
          AND CASE WHEN payments.was_reversed(r.id)
                   THEN d.id IS NULL
                        AND r.id::text NOT IN (SELECT j.payload ->> 'refund_id' FROM messaging.outbox AS j
                                               WHERE j.kind = 'issue_debit_note' AND j.done_at IS NULL)
                   ELSE d.id IS NOT NULL END

        UNION ALL
        SELECT 'a debit note cancels a whole credit note', d.id::text
        FROM billing.invoices AS d
        LEFT JOIN billing.invoices AS c ON c.id = d.invoice_id AND c.kind = 'credit_note'
        WHERE d.kind = 'debit_note'
          AND (c.order_id, c.account_id, c.currency, c.subtotal, c.discount, c.shipping, c.tax, c.tax_included, c.total)
              IS DISTINCT FROM
              (d.order_id, d.account_id, d.currency, d.subtotal, d.discount, d.shipping, d.tax, d.tax_included, d.total)
    ), counted AS (
        SELECT o.name, count(*) AS n, min(o.id) AS first FROM offenders AS o GROUP BY o.name
    )
    SELECT n.name, c.n IS NULL,
           CASE WHEN c.n IS NULL THEN '' ELSE format('%s offend, the first is %s', c.n, c.first) END
    FROM unnest(ARRAY[
        'invoice numbers have no gap', 'an invoice''s total is the sum of its lines',
        'an invoice says what its order cost',
        'an invoice has its order''s lines', 'a credit note says what its refund gave back',
        'credit notes give back no more than their invoice',
        'a credited line gives back its tax, all of it with the last unit',
        'the taxes of a line add up to its tax', 'documents, orders and ledger agree on tax',
        'tax totals are the sums of the documents',
        'a paid order has its invoice, or it is being made',
        'a finished refund has its credit note, or it is being made',
        'a refund that was reversed has its credit note cancelled, or it is being done',
        'a debit note cancels a whole credit note'
    ]) WITH ORDINALITY AS n (name, position)
    LEFT JOIN counted AS c ON c.name = n.name
    ORDER BY n.position;
$$;

GRANT EXECUTE ON FUNCTION billing.check_invoices TO store_api;
