-- Adds a document's taxes to the totals. A trigger, and not a line in file_taxes: it also counts what a version from
-- before the totals issues while this one is deployed. All taxes of a document come in one statement.
-- Callers:   the trigger on billing.invoice_taxes.
-- Generic plans: planning sum_taxes again for each document takes longer than the sums.
-- Definer:   no other code may write totals.
CREATE OR REPLACE FUNCTION billing.total_new_taxes()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM billing.total_taxes(ARRAY(SELECT DISTINCT n.invoice_id FROM new_rows AS n));
    RETURN NULL;
END $$;
