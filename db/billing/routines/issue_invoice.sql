-- Makes the invoice of a paid order, once: seller and buyer as they were, its lines and its shipping with their own
-- taxes, or why none is charged, as the order decided; totals, the next number. Returns its id. Idempotent.
-- Callers:   issue_credit_note, identity.close_account, api.issue_invoice.
-- Locks:     the order, then the series; the ledger account tax, if this creates it.
-- Errors:    order_not_found 404; order_not_paid, tax_undecided 409.
-- Definer:   no other code may write an invoice.
CREATE OR REPLACE FUNCTION billing.issue_invoice(order_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order   sales.orders;
    v_seller  billing.sellers;
    v_no_tax  text;
    v_lines   billing.invoice_items[];
    v_parts   billing.invoice_shipping[];
    v_invoice billing.invoices;
BEGIN
    SELECT * INTO v_order FROM sales.orders AS o WHERE o.id = issue_invoice.order_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    ELSIF v_order.paid_at IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_paid',
            MESSAGE = 'An order that was never paid has no invoice.';
    END IF;
    SELECT * INTO v_invoice FROM billing.invoices AS i WHERE i.order_id = v_order.id AND i.kind = 'invoice';
    IF FOUND THEN
        RETURN v_invoice.id;
    ELSIF v_order.hold_reason IS NOT NULL AND sales.awaits_tax(v_order.id)
        OR v_order.tax_country IS NOT NULL
        AND (v_order.shipping > 0 AND v_order.shipping_parts = '[]'
             OR EXISTS (SELECT FROM sales.order_items AS i WHERE i.order_id = v_order.id AND i.tax_category IS NULL))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'tax_undecided',
            MESSAGE = 'How this order is taxed has not been decided.';
    END IF;

    -- The seller under whom the order was taxed: what that decided would not be true of another one.
    v_seller := billing.seller_at(coalesce(v_order.taxed_at, v_order.created_at));
    -- An order for which no tax was looked for, because there was none in the shop, or it is older than categories: a
    -- seller registered for tax is exempt (E), any other is outside the scope of tax (O). EN 16931: BR-E-02, BR-O-02.
    v_no_tax := CASE WHEN num_nonnulls(v_seller.vat_id, v_seller.tax_number) > 0
                       OR EXISTS (SELECT FROM sales.order_items AS i
                                  WHERE i.order_id = v_order.id AND i.tax_rate > 0) THEN 'E' ELSE 'O' END;
    SELECT array_agg(ROW(NULL, l.position, l.account_id, l.id, l.sku, l.name, l.quantity, l.unit_price, l.discount,
                         -- A rate counts even if the tax rounds to zero.
                         coalesce(l.tax_category, CASE WHEN l.tax_rate > 0 THEN 'S' ELSE v_no_tax END), l.tax_rate,
                         l.tax, l.total, l.tax_included, l.components, l.taxes, l.reason_code,
                         l.reason)::billing.invoice_items ORDER BY l.position)
    INTO v_lines
    FROM (
        SELECT i.*, e.reason_code, e.text AS reason, row_number() OVER (ORDER BY i.id) AS position,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', c.sku, 'name', c.name, 'quantity', c.quantity)
                                          ORDER BY c.product_id), '[]')
                FROM sales.order_item_components AS c WHERE c.order_item_id = i.id) AS components
        FROM sales.order_items AS i LEFT JOIN sales.tax_exemptions AS e ON e.id = i.exemption_id
        WHERE i.order_id = v_order.id
    ) AS l;
    v_parts := billing.parts_of(v_order, v_no_tax);

    INSERT INTO billing.invoices (kind, year, sequence, number, order_id, account_id, seller_version, seller_country,
                                  buyer, buyer_reference, currency, minor_units, subtotal, discount, shipping,
                                  shipping_tax, shipping_tax_included, tax, tax_included, total, tax_country,
                                  tax_region, e_invoice, paid_at, language, time_zone)
    SELECT 'invoice', n.year, n.sequence, billing.number_of('invoice', n.year, n.sequence), v_order.id,
           v_order.account_id, v_seller.version, v_seller.country,
           jsonb_build_object('name', coalesce(a.display_name, v_order.shipping_address ->> 'name', a.email, a.handle,
                                               a.id::text),
                              'recipient', v_order.shipping_address ->> 'name', 'email', a.email)
               || coalesce(v_order.shipping_address, '{}') - 'name' - 'region_name'
               || jsonb_build_object('tax_id', v_order.buyer_tax_id,
                                     'region', coalesce(v_order.shipping_address ->> 'region_name',
                                                        catalog.region_name(v_order.shipping_address ->> 'region'))),
           v_order.buyer_reference, v_order.currency, c.minor_units, v_order.subtotal, v_order.discount,
           v_order.shipping, v_order.shipping_tax, v_order.shipping_tax_included, v_order.tax, v_order.tax_included,
           v_order.total, v_order.tax_country, v_order.tax_region,
           -- Factur-X is the format of Germany and France; elsewhere the seller decides.
           coalesce(v_seller.e_invoice, v_seller.country IN ('DE', 'FR'), false)
               AND billing.fits_e_invoice(v_seller, v_order.buyer_tax_id, c.minor_units, v_lines, v_parts),
           v_order.paid_at, coalesce(a.language, s.language), n.time_zone
    FROM identity.accounts AS a, catalog.currencies AS c, sales.settings AS s, billing.next_number('invoice') AS n
    WHERE a.id = v_order.account_id AND c.code = v_order.currency
    RETURNING * INTO STRICT v_invoice;
    PERFORM billing.write_lines(v_invoice.id, v_lines, v_parts);
    PERFORM billing.file_taxes(v_invoice);

    PERFORM messaging.record_event('invoice.issued', v_order.id, v_order.account_id,
        jsonb_build_object('invoice_id', v_invoice.id, 'number', v_invoice.number, 'total', v_invoice.total,
                           'currency', v_invoice.currency));
    RETURN v_invoice.id;
END $$;

GRANT EXECUTE ON FUNCTION billing.issue_invoice TO store_api;
