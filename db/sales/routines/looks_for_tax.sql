-- Whether the shop has to find out how its orders are taxed: it has rates or rules, or is registered for tax. Without
-- any of them its documents say that it is not subject to tax, and no order has to look for more.
-- Callers:   place_order, price_order.
CREATE OR REPLACE FUNCTION sales.looks_for_tax()
RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM sales.tax_rates)
        OR EXISTS (SELECT FROM billing.sellers AS s WHERE num_nonnulls(s.vat_id, s.tax_number) > 0)
        OR EXISTS (SELECT FROM sales.tax_exemptions);
END $$;

GRANT EXECUTE ON FUNCTION sales.looks_for_tax TO store_api;
