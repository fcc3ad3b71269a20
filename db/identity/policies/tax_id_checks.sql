-- What was found out about tax ids: visible to their owner and to staff; written by internal routines.
ALTER TABLE identity.tax_id_checks ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON identity.tax_id_checks;
CREATE POLICY own_rows ON identity.tax_id_checks FOR SELECT TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON identity.tax_id_checks FROM store_api;
GRANT SELECT ON identity.tax_id_checks TO store_api;
