-- Tables whose changes are security events. They are recorded by triggers, so that no function can omit it and a DBA's
-- own UPDATE is recorded too. An event that is not a change of one of these tables is recorded by its function.
CREATE OR REPLACE TRIGGER security_event AFTER UPDATE OF revoked_at ON identity.sessions
    FOR EACH ROW WHEN (old.revoked_at IS NULL AND new.revoked_at IS NOT NULL)
    EXECUTE FUNCTION audit.record_session_end();
CREATE OR REPLACE TRIGGER security_event AFTER UPDATE OF role, status, email, merchant_approved_at ON identity.accounts
    FOR EACH ROW WHEN (old.role IS DISTINCT FROM new.role OR old.status IS DISTINCT FROM new.status
                       OR old.email IS DISTINCT FROM new.email
                       OR old.merchant_approved_at IS DISTINCT FROM new.merchant_approved_at)
    EXECUTE FUNCTION audit.record_account_security();
CREATE OR REPLACE TRIGGER security_event AFTER UPDATE ON identity.passwords
    FOR EACH ROW WHEN (old.proof IS DISTINCT FROM new.proof)
    EXECUTE FUNCTION audit.record_password_change();
CREATE OR REPLACE TRIGGER security_event AFTER UPDATE OF confirmed_at ON identity.second_factors
    FOR EACH ROW WHEN (old.confirmed_at IS NULL AND new.confirmed_at IS NOT NULL)
    EXECUTE FUNCTION audit.record_owned_change('second_factor_changed');
CREATE OR REPLACE TRIGGER security_event_of_delete AFTER DELETE ON identity.second_factors
    FOR EACH ROW WHEN (old.confirmed_at IS NOT NULL)
    EXECUTE FUNCTION audit.record_owned_change('second_factor_changed');
CREATE OR REPLACE TRIGGER security_event AFTER INSERT ON payments.bank_accounts
    FOR EACH ROW EXECUTE FUNCTION audit.record_owned_change('bank_account_changed');
CREATE OR REPLACE TRIGGER security_event AFTER INSERT OR DELETE ON messaging.webhook_endpoints
    FOR EACH ROW EXECUTE FUNCTION audit.record_owned_change('webhook_endpoint_changed');

CREATE OR REPLACE TRIGGER security_event AFTER INSERT ON identity.api_keys
    FOR EACH ROW EXECUTE FUNCTION audit.record_api_key_change();
CREATE OR REPLACE TRIGGER security_event_of_use AFTER UPDATE OF last_used_at, revoked_at ON identity.api_keys
    FOR EACH ROW WHEN (old.revoked_at IS NULL AND new.revoked_at IS NOT NULL
                       OR old.last_used_at IS NULL AND new.last_used_at IS NOT NULL)
    EXECUTE FUNCTION audit.record_api_key_change();

-- Trigger arguments: the kind of an insert, of an update and of a delete, then the column with the name.
CREATE OR REPLACE TRIGGER security_event AFTER INSERT OR UPDATE OR DELETE ON identity.signing_keys
    FOR EACH ROW
    EXECUTE FUNCTION audit.record_named_change('signing_key_added', 'signing_key_retired', 'signing_key_removed',
                                               'kid');
CREATE OR REPLACE TRIGGER security_event AFTER INSERT OR DELETE ON identity.outside_issuers
    FOR EACH ROW EXECUTE FUNCTION audit.record_named_change('issuer_trusted', '', 'issuer_removed', 'issuer');
CREATE OR REPLACE TRIGGER security_event AFTER INSERT ON identity.sql_roles
    FOR EACH ROW EXECUTE FUNCTION audit.record_named_change('sql_role_made', '', '', 'role_name');

-- Trigger arguments: the kind, then the column with the name, if the table has several rows.
CREATE OR REPLACE TRIGGER security_event AFTER UPDATE ON sales.settings
    FOR EACH ROW EXECUTE FUNCTION audit.record_setting_change('settings_changed');
CREATE OR REPLACE TRIGGER security_event AFTER UPDATE ON report.settings
    FOR EACH ROW EXECUTE FUNCTION audit.record_setting_change('settings_changed');
CREATE OR REPLACE TRIGGER security_event AFTER INSERT OR UPDATE ON ledger.limits
    FOR EACH ROW EXECUTE FUNCTION audit.record_setting_change('settings_changed', 'currency');
CREATE OR REPLACE TRIGGER security_event AFTER INSERT ON billing.sellers
    FOR EACH ROW EXECUTE FUNCTION audit.record_setting_change('settings_changed', 'version');
CREATE OR REPLACE TRIGGER security_event AFTER UPDATE ON identity.environment
    FOR EACH ROW EXECUTE FUNCTION audit.record_setting_change('settings_changed', 'name');
-- The worker moves reconcile_from forward every day.
CREATE OR REPLACE TRIGGER security_event AFTER UPDATE OF enabled, capture_method ON payments.providers
    FOR EACH ROW EXECUTE FUNCTION audit.record_setting_change('provider_changed', 'name');
CREATE OR REPLACE TRIGGER security_event AFTER INSERT OR UPDATE ON payments.provider_limits
    FOR EACH ROW EXECUTE FUNCTION audit.record_setting_change('provider_changed', 'provider');
