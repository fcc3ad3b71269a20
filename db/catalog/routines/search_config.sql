-- The text search configuration of the language that the shop chose (the setting search_language).
-- Callers:   index_product, learn_words, reindex_products, parse_search.
CREATE OR REPLACE FUNCTION catalog.search_config()
RETURNS regconfig
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT ('pg_catalog.' || quote_ident(s.search_language))::regconfig FROM sales.settings AS s;
END;

GRANT EXECUTE ON FUNCTION catalog.search_config TO store_api;
