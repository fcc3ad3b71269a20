-- Merchants who may not sell: read by everyone who lists or orders products, written only by the trigger.
ALTER TABLE catalog.stopped_merchants ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS all_rows ON catalog.stopped_merchants;
CREATE POLICY all_rows ON catalog.stopped_merchants FOR SELECT TO store_api USING (true);

REVOKE ALL ON catalog.stopped_merchants FROM store_api;
GRANT SELECT ON catalog.stopped_merchants TO store_api;

-- Every way to change a role or a status: an admin's, closing the account, a role from an identity provider.
CREATE OR REPLACE TRIGGER follow_seller AFTER UPDATE OF role, status ON identity.accounts
    FOR EACH ROW WHEN (old.role <> new.role OR old.status <> new.status)
    EXECUTE FUNCTION catalog.follow_seller();
