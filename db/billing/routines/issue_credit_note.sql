-- Makes the credit note of a completed refund, once, and the order's invoice if it is missing. Returns its id.
-- Idempotent. If a line or the shipping is refunded in parts, its taxes are returned in parts, exact to the unit when
-- all of it has been refunded.
-- Callers:   issue_debit_note, api.issue_credit_note.
-- Locks:     the order, then the series.
-- Errors:    refund_not_found 404; refund_not_completed, order_not_paid 409.
-- Definer:   no other code may write an invoice.
CREATE OR REPLACE FUNCTION billing.issue_credit_note(refund_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund     payments.refunds;
    v_invoice_id uuid;
    v_invoice    billing.invoices;
    v_note       billing.invoices;
    v_lines      billing.invoice_items[];
    v_parts      billing.invoice_shipping[];
BEGIN
    SELECT * INTO v_refund FROM payments.refunds AS r WHERE r.id = issue_credit_note.refund_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'refund_not_found', MESSAGE = 'There is no such refund.';
    -- A refund that came back later counts too: its credit note covers the refund that replaces it.
    ELSIF v_refund.completed_at IS NULL OR v_refund.from_order = 0 OR v_refund.order_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_not_completed',
            MESSAGE = 'This refund is not completed, or refunds nothing of an order.';
    END IF;
    -- This locks the order, so that two refunds cannot count the same part of its tax.
    v_invoice_id := billing.issue_invoice(v_refund.order_id);
    SELECT * INTO STRICT v_invoice FROM billing.invoices AS i WHERE i.id = v_invoice_id;
    SELECT * INTO v_note FROM billing.invoices AS i WHERE i.refund_id = v_refund.id;
    IF FOUND THEN
        RETURN v_note.id;
    END IF;

    -- What came back to the shop before this refund was made can be credited again, so it is cancelled first.
    PERFORM billing.issue_debit_note(r.id)
    FROM payments.refunds AS r
    WHERE r.order_id = v_refund.order_id AND r.id < v_refund.id AND r.from_order > 0 AND payments.was_reversed(r.id)
    ORDER BY r.id;

    WITH given AS (
        SELECT i.*, r.amount, r.parts,
               b.credited, b.cancelled,
               CASE WHEN r.quantity > 0 THEN r.quantity WHEN r.amount = i.total THEN i.quantity ELSE 0 END AS asked,
               CASE WHEN i.total = 0 THEN 0
                    -- What a debit note has cancelled may leave a rounded unit more than this share.
                    ELSE greatest(0, round(i.tax::numeric * (b.total + r.amount) / i.total)::bigint - b.tax)
               END AS tax_back
        FROM (
            -- The components of one bundle are one line of the credit note.
            SELECT x.order_item_id, sum(x.amount)::bigint AS amount,
                   coalesce(sum(x.quantity) FILTER (WHERE x.product_id IS NULL), 0)::integer AS quantity,
                   coalesce(jsonb_agg(jsonb_build_object('sku', c.sku, 'name', c.name, 'quantity', x.quantity)
                                      ORDER BY c.product_id)
                            FILTER (WHERE c.product_id IS NOT NULL), '[]') AS parts
            FROM payments.refund_items AS x
            LEFT JOIN sales.order_item_components AS c
                ON c.order_item_id = x.order_item_id AND c.product_id = x.product_id
            WHERE x.refund_id = v_refund.id GROUP BY x.order_item_id
        ) AS r
        JOIN billing.invoice_items AS i ON i.order_item_id = r.order_item_id AND i.invoice_id = v_invoice.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(CASE c.kind WHEN 'credit_note' THEN p.total ELSE -p.total END), 0)::bigint AS total,
                   coalesce(sum(CASE c.kind WHEN 'credit_note' THEN p.tax ELSE -p.tax END), 0)::bigint AS tax,
                   array_agg(p.taxes) FILTER (WHERE c.kind = 'credit_note') AS credited,
                   array_agg(p.taxes) FILTER (WHERE c.kind = 'debit_note') AS cancelled
            FROM billing.invoice_items AS p JOIN billing.invoices AS c ON c.id = p.invoice_id
            WHERE p.order_item_id = r.order_item_id AND c.kind IN ('credit_note', 'debit_note')
        ) AS b
        WHERE r.amount > 0 OR r.quantity > 0
    ), priced AS (
        -- worth: the amount without the tax that is added on top of it.
        SELECT g.*, g.amount - CASE WHEN g.tax_included THEN 0 ELSE g.tax_back END AS worth,
               billing.return_taxes(g.taxes, g.credited, g.cancelled, g.tax_back) AS taxes_back
        FROM given AS g
    ), counted AS (
        -- Pieces at their price if that fits the amount; otherwise one piece with the amount as its price.
        SELECT p.*, row_number() OVER (ORDER BY p.position) AS n,
               p.asked > 0 AND p.unit_price * p.asked >= p.worth AS whole
        FROM priced AS p
    )
    SELECT array_agg(
        CASE WHEN l.whole
             THEN ROW(NULL, l.n, l.account_id, l.order_item_id, l.sku, l.name, l.asked, l.unit_price,
                      l.unit_price * l.asked - l.worth, l.tax_category, l.tax_rate, l.tax_back, l.amount,
                      l.tax_included, l.components, l.taxes_back, l.reason_code, l.reason)::billing.invoice_items
             ELSE ROW(NULL, l.n, l.account_id, l.order_item_id, l.sku, l.name, 1, l.worth, 0,
                      l.tax_category, l.tax_rate, l.tax_back, l.amount, l.tax_included, l.parts, l.taxes_back,
                      l.reason_code, l.reason)::billing.invoice_items
        END ORDER BY l.n)
    INTO v_lines FROM counted AS l;
    IF NOT EXISTS (SELECT FROM payments.refund_items AS r WHERE r.refund_id = v_refund.id) THEN
        -- A refund from before refunds had lines and lines had tax.
        SELECT ARRAY[ROW(NULL, 1, v_invoice.account_id, NULL, NULL, 'Partial refund', 1, v_refund.from_order, 0,
                         l.tax_category, 0, 0, v_refund.from_order, false, '[]', '[]', l.reason_code,
                         l.reason)::billing.invoice_items]
        INTO STRICT v_lines
        FROM billing.invoice_items AS l WHERE l.invoice_id = v_invoice.id AND l.position = 1;
    END IF;
    v_parts := billing.return_parts(v_invoice, v_refund.from_order - coalesce((SELECT sum(l.total)::bigint
                                                                               FROM unnest(v_lines) AS l), 0));

    INSERT INTO billing.invoices (kind, year, sequence, number, order_id, refund_id, invoice_id, account_id,
                                  seller_version, seller_country, buyer, buyer_reference, currency, minor_units,
                                  subtotal, discount, shipping, shipping_tax, shipping_tax_included, tax,
                                  tax_included, total, tax_country, tax_region, reason, e_invoice, paid_at, language,
                                  time_zone)
    SELECT 'credit_note', n.year, n.sequence, billing.number_of('credit_note', n.year, n.sequence),
           v_invoice.order_id, v_refund.id, v_invoice.id, v_invoice.account_id,
           v_invoice.seller_version, v_invoice.seller_country, v_invoice.buyer, v_invoice.buyer_reference,
           v_invoice.currency, v_invoice.minor_units, g.subtotal, g.discount, s.amount, s.tax, s.tax_included,
           g.tax + s.tax, g.tax_included + s.tax_included, v_refund.from_order, v_invoice.tax_country,
           v_invoice.tax_region, replace(v_refund.reason, '_', ' '),
           v_invoice.e_invoice
               AND billing.fits_e_invoice(l, v_invoice.buyer ->> 'tax_id', v_invoice.minor_units, v_lines, v_parts),
           v_refund.completed_at, v_invoice.language, n.time_zone
    FROM (
        SELECT coalesce(sum(l.unit_price * l.quantity), 0)::bigint AS subtotal,
               coalesce(sum(l.discount), 0)::bigint AS discount, coalesce(sum(l.tax), 0)::bigint AS tax,
               coalesce(sum(l.tax) FILTER (WHERE l.tax_included), 0)::bigint AS tax_included
        FROM unnest(v_lines) AS l
    ) AS g, (
        SELECT coalesce(sum(p.amount), 0)::bigint AS amount, coalesce(sum(p.tax), 0)::bigint AS tax,
               coalesce(sum(p.tax) FILTER (WHERE p.tax_included), 0)::bigint AS tax_included
        FROM unnest(v_parts) AS p
    ) AS s, billing.sellers AS l, billing.next_number('credit_note') AS n
    WHERE l.version = v_invoice.seller_version
    RETURNING * INTO STRICT v_note;
    PERFORM billing.write_lines(v_note.id, v_lines, v_parts);
    PERFORM billing.file_taxes(v_note);

    PERFORM messaging.record_event('credit_note.issued', v_note.order_id, v_note.account_id,
        jsonb_build_object('credit_note_id', v_note.id, 'number', v_note.number, 'refund_id', v_refund.id,
                           'total', v_note.total, 'currency', v_note.currency));
    RETURN v_note.id;
END $$;

GRANT EXECUTE ON FUNCTION billing.issue_credit_note TO store_api;
