-- Whether much is sold in a currency: a thousand prices.
-- Callers:   sort_products, sample_products.
-- Plans:     generic: its callers plan each of their own queries anew, and this one needs it less than any.
CREATE OR REPLACE FUNCTION catalog.is_sold_in(currency text)
RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN EXISTS (SELECT FROM catalog.prices AS r WHERE r.currency = is_sold_in.currency::char(3) OFFSET 999);
END $$;

GRANT EXECUTE ON FUNCTION catalog.is_sold_in TO store_api;
