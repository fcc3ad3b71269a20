-- The tax id of a check that is to be verified; NULL when it is no longer used.
-- Callers:   api.get_tax_id_check.
-- Definer:   row security hides the rows of customers from the worker.
CREATE OR REPLACE FUNCTION identity.find_tax_id(check_id uuid)
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT c.tax_id FROM identity.tax_id_checks AS c WHERE c.id = find_tax_id.check_id;
END;

GRANT EXECUTE ON FUNCTION identity.find_tax_id TO store_api;
