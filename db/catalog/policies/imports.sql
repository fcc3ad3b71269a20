-- Imports: visible to their merchant; the worker continues them and deletes old ones.
ALTER TABLE catalog.imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalog.import_lines ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON catalog.imports;
CREATE POLICY own_rows ON catalog.imports TO store_api
    USING (merchant_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS own_rows ON catalog.import_lines;
CREATE POLICY own_rows ON catalog.import_lines TO store_api
    USING (import_id IN (SELECT i.id FROM catalog.imports AS i));

REVOKE ALL ON catalog.imports, catalog.import_lines FROM store_api;
GRANT SELECT, DELETE ON catalog.imports TO store_api;
GRANT INSERT (merchant_id, columns, lines) ON catalog.imports TO store_api;
GRANT UPDATE (status, checked, position, failed, completed_at) ON catalog.imports TO store_api;
GRANT SELECT, INSERT ON catalog.import_lines TO store_api;
GRANT UPDATE (status, code, message) ON catalog.import_lines TO store_api;
