-- Records and books the taxes of yesterday's and today's documents that lack them: a version from before this was done
-- may issue documents while this one is deployed.
-- Callers:   db/billing/policies/invoices.sql, at each deployment.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION billing.file_documents()
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT billing.file_taxes(i)
    FROM billing.invoices AS i
    WHERE i.id > (SELECT uuidv7(interval '-1 day'))    -- a subquery, so that the primary key is used
      AND NOT EXISTS (SELECT FROM billing.invoice_taxes AS t WHERE t.invoice_id = i.id);
$$;
