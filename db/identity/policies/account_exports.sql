-- Exports: visible to the account that asked for them; the worker writes them through identity.advance_export().
ALTER TABLE identity.account_exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.account_export_parts ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_row ON identity.account_exports;
CREATE POLICY own_row ON identity.account_exports TO store_api
    USING (account_id = (SELECT identity.current_actor()));
DROP POLICY IF EXISTS own_rows ON identity.account_export_parts;
CREATE POLICY own_rows ON identity.account_export_parts TO store_api
    USING (account_id = (SELECT identity.current_actor()));

REVOKE ALL ON identity.account_exports, identity.account_export_parts FROM store_api;
GRANT SELECT, DELETE ON identity.account_exports TO store_api;
GRANT INSERT (account_id) ON identity.account_exports TO store_api;
GRANT SELECT ON identity.account_export_parts TO store_api;
