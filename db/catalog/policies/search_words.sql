-- The words of products, which are public; a trigger adds them.
REVOKE ALL ON catalog.search_words FROM store_api;
GRANT SELECT ON catalog.search_words TO store_api;

CREATE OR REPLACE TRIGGER learn_inserted AFTER INSERT ON catalog.products
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.learn_words();
CREATE OR REPLACE TRIGGER learn_updated AFTER UPDATE ON catalog.products
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.learn_words();
