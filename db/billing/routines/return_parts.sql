-- The shipping that goes back with a refund: spread over what is left of each part of the invoice's shipping, the tax
-- of each part in proportion, exact to the unit when all of it has been refunded. A part keeps its position.
-- Callers:   issue_credit_note. It holds the order.
CREATE OR REPLACE FUNCTION billing.return_parts(invoice billing.invoices, amount bigint)
RETURNS billing.invoice_shipping[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH part AS (
        SELECT s.*, b.total AS total_before, b.tax AS tax_before, b.credited, b.cancelled
        FROM billing.list_parts(invoice) AS s
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(CASE c.kind WHEN 'credit_note' THEN p.total ELSE -p.total END), 0)::bigint AS total,
                   coalesce(sum(CASE c.kind WHEN 'credit_note' THEN p.tax ELSE -p.tax END), 0)::bigint AS tax,
                   array_agg(p.taxes) FILTER (WHERE c.kind = 'credit_note') AS credited,
                   array_agg(p.taxes) FILTER (WHERE c.kind = 'debit_note') AS cancelled
            FROM billing.invoices AS c CROSS JOIN LATERAL billing.list_parts(c) AS p
            WHERE c.order_id = invoice.order_id AND c.kind <> 'invoice' AND p.position = s.position
        ) AS b
    ), given AS (
        SELECT p.*, g.part AS back,
               -- What a debit note has cancelled may leave a rounded unit more than this share.
               greatest(0, round(p.tax::numeric * (p.total_before + g.part) / p.total)::bigint - p.tax_before)
                   AS tax_back
        FROM part AS p
        JOIN unnest(ledger.split_amount(
                 return_parts.amount,
                 ARRAY(SELECT l.total - l.total_before FROM part AS l ORDER BY l.position)))
             WITH ORDINALITY AS g (part, n)
            ON g.n = (SELECT count(*) FROM part AS l WHERE l.position <= p.position)
        WHERE g.part > 0
    )
    SELECT coalesce(array_agg(
        ROW(NULL, g.position, g.account_id, g.back - CASE WHEN g.tax_included THEN 0 ELSE g.tax_back END,
            g.tax_category, g.reason_code, g.reason, g.tax_rate, g.tax_included, g.tax_back, g.back,
            billing.return_taxes(g.taxes, g.credited, g.cancelled, g.tax_back))::billing.invoice_shipping
        ORDER BY g.position), '{}')
    FROM given AS g
    WHERE return_parts.amount > 0;
$$;
