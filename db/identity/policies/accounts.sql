-- Callers see their own account; staff and services see all. Sign-up and log-in write through identity.open_account and
-- open_session; callers can change only the columns of their own profile that update_account changes. An e-mail
-- changes through identity.request_email_change and confirm_email.
ALTER TABLE identity.accounts ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_row ON identity.accounts;
CREATE POLICY own_row ON identity.accounts FOR SELECT TO store_api
    USING (id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS own_profile ON identity.accounts;
CREATE POLICY own_profile ON identity.accounts FOR UPDATE TO store_api
    USING (id = (SELECT identity.current_actor()));

REVOKE ALL ON identity.accounts FROM store_api;
GRANT SELECT ON identity.accounts TO store_api;
GRANT UPDATE (handle, display_name, tax_id, language, version) ON identity.accounts TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON identity.accounts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
-- A log-in has a row in identity.sessions, so it gets no audit row.
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON identity.accounts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'version', 'last_login_at');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON identity.accounts
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
