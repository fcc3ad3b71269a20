-- The invoice of a paid order, made once: seller and buyer as they were, lines, tax, totals, the next number. Answers its id. Idempotent.
-- Called by: api.issue_invoice, issue_credit_note.
-- Errors:    order_not_found 404, order_not_paid 409.
-- Locks:     the order, then the series.
-- Definer:   nobody else may write an invoice.
CREATE OR REPLACE FUNCTION billing.issue_invoice(order_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order      sales.orders;
    v_seller     billing.sellers;
    v_registered boolean;
    v_no_tax     text;
    v_invoice_id uuid;
    v_number     text;
BEGIN
    SELECT * INTO v_order FROM sales.orders AS o WHERE o.id = issue_invoice.order_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    ELSIF v_order.paid_at IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_paid', MESSAGE = 'An order that was never paid has no invoice.';
    END IF;
    SELECT i.id INTO v_invoice_id FROM billing.invoices AS i WHERE i.order_id = v_order.id AND i.kind = 'invoice';
    IF FOUND THEN
        RETURN v_invoice_id;
    END IF;

    v_seller := billing.seller_at(v_order.paid_at);
    v_registered := num_nonnulls(v_seller.vat_id, v_seller.tax_number) > 0;
    -- Whoever is registered for tax is exempt where none is charged (E); whoever is not, is outside of it (O). EN 16931: BR-E-02, BR-O-02, BR-O-11.
    v_no_tax := CASE WHEN v_registered OR v_order.tax > 0 THEN 'E' ELSE 'O' END;

    INSERT INTO billing.invoices (kind, year, sequence, order_id, account_id, seller_version, buyer, currency, minor_units,
                                  subtotal, discount, shipping, shipping_tax_category, tax, total, e_invoice, paid_at)
    SELECT 'invoice', n.year, n.sequence, v_order.id, v_order.account_id, v_seller.version,
           jsonb_build_object('name', coalesce(a.display_name, v_order.shipping_address ->> 'name', a.email),
                              'recipient', v_order.shipping_address ->> 'name', 'email', a.email)
               || coalesce(v_order.shipping_address, '{}') - 'name',
           v_order.currency, c.minor_units,
           v_order.subtotal, v_order.discount, v_order.shipping, v_no_tax, v_order.tax, v_order.total,
           -- Made in Germany and France, accepted there: elsewhere the seller decides. The standard knows two decimals (BR-DEC), wants to know
           -- who sells (BR-9, BR-CO-26) and takes tax from those only who are registered for it (BR-S-02).
           coalesce(v_seller.e_invoice, v_seller.country IN ('DE', 'FR'), false)
               AND v_seller.country IS NOT NULL AND num_nonnulls(v_seller.registration, v_seller.vat_id, v_seller.tax_number) > 0
               AND c.minor_units <= 2 AND (v_order.tax = 0 OR v_registered),
           v_order.paid_at
    FROM identity.accounts AS a, catalog.currencies AS c, billing.next_number('invoice') AS n
    WHERE a.id = v_order.account_id AND c.code = v_order.currency
    RETURNING id, number INTO STRICT v_invoice_id, v_number;

    INSERT INTO billing.invoice_items (invoice_id, position, account_id, order_item_id, sku, name, quantity, unit_price, discount,
                                       tax_category, tax_rate, tax, total)
    SELECT v_invoice_id, row_number() OVER (ORDER BY i.id), v_order.account_id, i.id, i.sku, i.name, i.quantity, i.unit_price, i.discount,
           CASE WHEN i.tax > 0 THEN 'S' ELSE v_no_tax END, billing.tax_rate(i.total - i.tax, i.tax), i.tax, i.total
    FROM sales.order_items AS i WHERE i.order_id = v_order.id;

    PERFORM messaging.record_event('invoice.issued', v_order.id, v_order.account_id,
        jsonb_build_object('invoice_id', v_invoice_id, 'number', v_number));
    RETURN v_invoice_id;
END $$;

GRANT EXECUTE ON FUNCTION billing.issue_invoice TO store_api;
