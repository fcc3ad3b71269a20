-- Creates a table for the lines of an uploaded file, for this transaction and this connection only: COPY writes into it
-- as the web role, which may do nothing else with it and has no other table. (COPY FROM does not work under row
-- security, which the permanent table of lines has.)
-- Callers:   api.open_import.
-- Definer:   only store_owner may create temporary tables.
CREATE OR REPLACE FUNCTION catalog.open_import_draft()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CREATE TEMPORARY TABLE import_draft (
        line integer NOT NULL, problem text, sku text, name text, description text, category text, price text,
        currency text, stock text, weight text, requires_shipping text, tax_category text, attributes text,
        images text, base text
    ) ON COMMIT DROP;
    GRANT SELECT ON pg_temp.import_draft TO store_api;
    GRANT INSERT ON pg_temp.import_draft TO app_merchant;
END $$;

GRANT EXECUTE ON FUNCTION catalog.open_import_draft TO store_api;
