-- Whether many products are sold in a currency: at least a thousand prices.
-- Callers:   sort_products, sample_products.
-- Plans:     generic. Its callers force a new plan for each of their own queries; this query does not need one.
CREATE OR REPLACE FUNCTION catalog.is_sold_in(currency text)
RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN EXISTS (SELECT FROM catalog.prices AS r WHERE r.currency = is_sold_in.currency::char(3) OFFSET 999);
END $$;

GRANT EXECUTE ON FUNCTION catalog.is_sold_in TO store_api;
