-- Adds the taxes of documents to the totals that tax reports read. Not idempotent.
-- Callers:   total_new_taxes; db/demo/at_scale, which writes without triggers.
-- Locks:     the totals of the documents' day and kind. Documents of a kind are issued one after the other, under the
--            lock of their series, so none waits here.
CREATE OR REPLACE FUNCTION billing.total_taxes(documents uuid[])
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO billing.tax_totals AS t
    SELECT s.* FROM billing.sum_taxes(total_taxes.documents) AS s ORDER BY s.day, s.key
    ON CONFLICT (day, key) DO UPDATE
    SET documents = t.documents + excluded.documents, turnover = t.turnover + excluded.turnover,
        document_tax = t.document_tax + excluded.document_tax, basis = t.basis + excluded.basis,
        amount = t.amount + excluded.amount, shipping_basis = t.shipping_basis + excluded.shipping_basis,
        shipping_amount = t.shipping_amount + excluded.shipping_amount,
        services_basis = t.services_basis + excluded.services_basis,
        services_amount = t.services_amount + excluded.services_amount;
$$;
