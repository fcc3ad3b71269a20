-- Makes the invoice of a paid order, once: seller and buyer as they were, its lines with their own tax, totals, the
-- next number. Returns its id. Idempotent.
-- Callers:   issue_credit_note, identity.close_account, api.issue_invoice.
-- Locks:     the order, then the series.
-- Errors:    order_not_found 404, order_not_paid 409.
-- Definer:   no other code may write an invoice.
CREATE OR REPLACE FUNCTION billing.issue_invoice(order_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order      sales.orders;
    v_seller     billing.sellers;
    v_registered boolean;
    v_taxed      boolean;
    v_no_tax     text;
    v_lines      billing.invoice_items[];
    v_invoice_id uuid;
    v_number     text;
BEGIN
    SELECT * INTO v_order FROM sales.orders AS o WHERE o.id = issue_invoice.order_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    ELSIF v_order.paid_at IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_paid',
            MESSAGE = 'An order that was never paid has no invoice.';
    END IF;
    SELECT i.id INTO v_invoice_id FROM billing.invoices AS i WHERE i.order_id = v_order.id AND i.kind = 'invoice';
    IF FOUND THEN
        RETURN v_invoice_id;
    END IF;

    v_seller := billing.seller_at(v_order.paid_at);
    v_registered := num_nonnulls(v_seller.vat_id, v_seller.tax_number) > 0;
    v_taxed := EXISTS (SELECT FROM sales.order_items AS i WHERE i.order_id = v_order.id AND i.tax_rate > 0);
    -- If no tax is charged, a seller registered for tax is exempt (E), any other is outside the scope of tax (O). EN
    -- 16931: BR-E-02, BR-O-02, BR-O-11.
    v_no_tax := CASE WHEN v_registered OR v_taxed THEN 'E' ELSE 'O' END;

    SELECT array_agg(ROW(NULL, l.position, l.account_id, l.id, l.sku, l.name, l.quantity, l.unit_price, l.discount,
                         -- A rate counts even if the tax rounds to zero.
                         CASE WHEN l.tax_rate > 0 THEN 'S' ELSE v_no_tax END, l.tax_rate, l.tax, l.total,
                         l.tax_included,
                         l.components)::billing.invoice_items ORDER BY l.position)
    INTO v_lines
    FROM (
        SELECT i.*, row_number() OVER (ORDER BY i.id) AS position,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', c.sku, 'name', c.name, 'quantity', c.quantity)
                                          ORDER BY c.product_id), '[]')
                FROM sales.order_item_components AS c WHERE c.order_item_id = i.id) AS components
        FROM sales.order_items AS i WHERE i.order_id = v_order.id
    ) AS l;

    INSERT INTO billing.invoices (kind, year, sequence, number, order_id, account_id, seller_version, buyer,
                                  currency, minor_units, subtotal, discount, shipping, shipping_tax_category, tax,
                                  tax_included, total, e_invoice, paid_at)
    SELECT 'invoice', n.year, n.sequence, billing.number_of('invoice', n.year, n.sequence), v_order.id,
           v_order.account_id, v_seller.version,
           jsonb_build_object('name', coalesce(a.display_name, v_order.shipping_address ->> 'name', a.email),
                              'recipient', v_order.shipping_address ->> 'name', 'email', a.email)
               || coalesce(v_order.shipping_address, '{}') - 'name',
           v_order.currency, c.minor_units, v_order.subtotal, v_order.discount,
           v_order.shipping, v_no_tax, v_order.tax, v_order.tax_included, v_order.total,
           -- Factur-X is the format of Germany and France; elsewhere the seller decides. The standard allows two
           -- decimals (BR-DEC), requires the seller's identity (BR-9, BR-CO-26), allows tax only from registered
           -- sellers (BR-S-02), and checks the calculation (BR-S-09).
           coalesce(v_seller.e_invoice, v_seller.country IN ('DE', 'FR'), false)
               AND v_seller.country IS NOT NULL
               AND num_nonnulls(v_seller.registration, v_seller.vat_id, v_seller.tax_number) > 0
               AND c.minor_units <= 2
               AND (v_registered OR NOT v_taxed)
               AND billing.keeps_tax_tolerance(v_lines, c.minor_units),
           v_order.paid_at
    FROM identity.accounts AS a, catalog.currencies AS c, billing.next_number('invoice') AS n
    WHERE a.id = v_order.account_id AND c.code = v_order.currency
    RETURNING id, number INTO STRICT v_invoice_id, v_number;
    PERFORM billing.write_lines(v_invoice_id, v_lines);

    PERFORM messaging.record_event('invoice.issued', v_order.id, v_order.account_id,
        jsonb_build_object('invoice_id', v_invoice_id, 'number', v_number));
    RETURN v_invoice_id;
END $$;

GRANT EXECUTE ON FUNCTION billing.issue_invoice TO store_api;
