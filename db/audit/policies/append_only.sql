-- Tables that are history: rows that were written cannot be changed or deleted, not even by the owner of the table.
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.transfers
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog.stock_movements
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.gateway_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
-- These allow one change: the erasure of a person who closed their account. Row triggers, so that they apply to
-- partitions too.
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON messaging.events
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER erased_only BEFORE UPDATE ON messaging.events
    FOR EACH ROW EXECUTE FUNCTION audit.allow_erasure('data');
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON audit.changes
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER erased_only BEFORE UPDATE ON audit.changes
    FOR EACH ROW EXECUTE FUNCTION audit.allow_erasure('old', 'new');
CREATE OR REPLACE TRIGGER append_only_part BEFORE DELETE OR TRUNCATE ON audit.changes_default
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER erased_digest AFTER UPDATE ON audit.changes
    FOR EACH ROW EXECUTE FUNCTION audit.keep_digest();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.seals
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.erasures
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
-- Rows of these are never deleted, so that other rows can refer to them without locking them
-- (db/migrations/0024.hot_rows.sql, 0030.order_path.sql). A column marks products that are no longer sold and accounts
-- that are closed.
CREATE OR REPLACE TRIGGER no_deletion BEFORE DELETE OR TRUNCATE ON catalog.currencies
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER no_deletion BEFORE DELETE OR TRUNCATE ON catalog.products
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER no_deletion BEFORE DELETE OR TRUNCATE ON sales.orders
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER no_deletion BEFORE DELETE OR TRUNCATE ON payments.providers
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER no_deletion BEFORE DELETE OR TRUNCATE ON ledger.accounts
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER same_key BEFORE UPDATE OF code ON catalog.currencies
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER same_key BEFORE UPDATE OF id ON catalog.products
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER same_key BEFORE UPDATE OF id ON sales.orders
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER same_key BEFORE UPDATE OF name ON payments.providers
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER same_key BEFORE UPDATE OF id ON ledger.accounts
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
