-- Everybody may read payment providers; an admin changes them through api.update_provider().
REVOKE ALL ON payments.providers FROM store_api;
GRANT SELECT ON payments.providers TO store_api;
GRANT UPDATE (enabled, capture_method, reconcile_from) ON payments.providers TO store_api;

CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON payments.providers
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('name');
