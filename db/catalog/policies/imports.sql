-- Imports: visible to their merchant; the worker continues them and deletes old ones. What lines of exports said last
-- is written by catalog.apply_import, which is store_owner's.
ALTER TABLE catalog.imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalog.import_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalog.import_bases ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON catalog.imports;
CREATE POLICY own_rows ON catalog.imports TO store_api
    USING (merchant_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS own_rows ON catalog.import_lines;
CREATE POLICY own_rows ON catalog.import_lines TO store_api
    USING (import_id IN (SELECT i.id FROM catalog.imports AS i));
DROP POLICY IF EXISTS of_worker ON catalog.import_bases;
CREATE POLICY of_worker ON catalog.import_bases TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON catalog.imports, catalog.import_lines, catalog.import_bases FROM store_api;
GRANT SELECT, DELETE ON catalog.imports TO store_api;
GRANT INSERT (merchant_id, columns, lines, on_conflict) ON catalog.imports TO store_api;
GRANT UPDATE (status, checked, position, failed, completed_at) ON catalog.imports TO store_api;
GRANT SELECT, INSERT ON catalog.import_lines TO store_api;
GRANT UPDATE (status, code, message) ON catalog.import_lines TO store_api;
GRANT SELECT, DELETE ON catalog.import_bases TO store_api;
