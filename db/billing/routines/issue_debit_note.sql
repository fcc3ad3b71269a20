-- Makes the debit note that cancels a refund's credit note, once: a dispute was lost and won back, so the money belongs
-- to the shop again. A document that was issued is never changed; the debit note says the same amounts and refers to
-- it. The credit note is made first if it is missing, so that both are in their series. Idempotent.
-- Callers:   api.issue_debit_note.
-- Returns:   its id.
-- Locks:     the order, then the series.
-- Errors:    refund_not_found 404; refund_not_reversed, order_not_paid 409.
-- Definer:   no other code may write an invoice.
CREATE OR REPLACE FUNCTION billing.issue_debit_note(refund_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund payments.refunds;
    v_credit billing.invoices;
    v_note   billing.invoices;
    v_id     uuid;
BEGIN
    SELECT * INTO v_refund FROM payments.refunds AS r WHERE r.id = issue_debit_note.refund_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'refund_not_found', MESSAGE = 'There is no such refund.';
    ELSIF NOT payments.was_reversed(v_refund.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_not_reversed',
            MESSAGE = 'The money of this refund has not come back to the shop.';
    END IF;
    v_id := billing.issue_credit_note(v_refund.id);    -- this locks the order
    SELECT * INTO STRICT v_credit FROM billing.invoices AS i WHERE i.id = v_id;
    SELECT i.id INTO v_id FROM billing.invoices AS i WHERE i.invoice_id = v_credit.id AND i.kind = 'debit_note';
    IF FOUND THEN
        RETURN v_id;
    END IF;

    INSERT INTO billing.invoices (kind, year, sequence, number, order_id, invoice_id, account_id, seller_version,
                                  seller_country, buyer, buyer_reference, currency, minor_units, subtotal, discount,
                                  shipping, shipping_tax_category, shipping_tax, shipping_tax_included, tax,
                                  tax_included, total, tax_country, tax_region, reason, e_invoice, paid_at, language,
                                  time_zone)
    SELECT 'debit_note', n.year, n.sequence, billing.number_of('debit_note', n.year, n.sequence), v_credit.order_id,
           v_credit.id, v_credit.account_id, v_credit.seller_version, v_credit.seller_country, v_credit.buyer,
           v_credit.buyer_reference, v_credit.currency, v_credit.minor_units, v_credit.subtotal, v_credit.discount,
           v_credit.shipping, v_credit.shipping_tax_category, v_credit.shipping_tax, v_credit.shipping_tax_included,
           v_credit.tax, v_credit.tax_included, v_credit.total, v_credit.tax_country, v_credit.tax_region,
           'dispute won back', v_credit.e_invoice, clock_timestamp(), v_credit.language, n.time_zone
    FROM billing.next_number('debit_note') AS n
    RETURNING * INTO STRICT v_note;
    PERFORM billing.write_lines(
        v_note.id,
        ARRAY(SELECT l FROM billing.invoice_items AS l WHERE l.invoice_id = v_credit.id ORDER BY l.position),
        ARRAY(SELECT s FROM billing.invoice_shipping AS s WHERE s.invoice_id = v_credit.id ORDER BY s.position));
    PERFORM billing.file_taxes(v_note);

    PERFORM messaging.record_event('debit_note.issued', v_note.order_id, v_note.account_id,
        jsonb_build_object('debit_note_id', v_note.id, 'number', v_note.number, 'credit_note_id', v_credit.id,
                           'refund_id', v_refund.id, 'total', v_note.total, 'currency', v_note.currency));
    RETURN v_note.id;
END $$;

GRANT EXECUTE ON FUNCTION billing.issue_debit_note TO store_api;
