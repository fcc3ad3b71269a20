-- Categories are public to read; admin functions write them.
REVOKE ALL ON catalog.categories FROM store_api;
GRANT SELECT, DELETE ON catalog.categories TO store_api;
GRANT INSERT (parent_id, slug, name, position) ON catalog.categories TO store_api;
GRANT UPDATE (parent_id, slug, name, position, version) ON catalog.categories TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON catalog.categories
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON catalog.categories
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'version');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON catalog.categories
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
