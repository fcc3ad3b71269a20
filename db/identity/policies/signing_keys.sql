-- The audit records who added or removed a signing key, but not the key itself.
CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON identity.signing_keys
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('kid', 'header', 'inner_pad', 'outer_pad');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON identity.signing_keys
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('kid', 'header', 'inner_pad', 'outer_pad');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON identity.signing_keys
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('kid', 'header', 'inner_pad', 'outer_pad');

-- The first signing key, created in the database and never shown. Later ones: `storeproc keys rotate`.
SELECT identity.add_signing_key() WHERE NOT EXISTS (SELECT FROM identity.signing_keys);
