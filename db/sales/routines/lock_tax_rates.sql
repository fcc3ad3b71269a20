-- Takes the lock of a country's tax rates until the end of the transaction.
-- Callers:   api.create_tax_rate, api.end_tax_rate.
-- Locks:     an advisory lock of the country.
CREATE OR REPLACE FUNCTION sales.lock_tax_rates(country text)
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
RETURN pg_advisory_xact_lock(hashtextextended('tax ' || lock_tax_rates.country, 0));

GRANT EXECUTE ON FUNCTION sales.lock_tax_rates TO store_api;
