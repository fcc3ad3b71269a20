-- Look at the audit: who changed what, from what to what. A request id joins it with the log of the web tier.
-- Everything is rolled back at the end. Run it with: storeproc psql -f db/docs/examples/read_audit.sql
BEGIN;
SELECT set_config('app.token', identity.issue_local_token('merchant'), true) <> '' AS signed_in,
       set_config('app.request_id', 'example-4711', true) AS request_id;
SELECT id AS lamp FROM api.create_product('Example lamp', '', 'EXAMPLE-LAMP', 1500, 'USD', 5) \gset
SELECT name FROM api.update_product(:'lamp', given => ARRAY['name'], name => 'Desk lamp');

-- An INSERT keeps the new row, an UPDATE the columns that changed.
SELECT table_name, operation, old ->> 'name' AS old_name, new ->> 'name' AS new_name, request_id
FROM audit.changes
WHERE row_id = :'lamp' AND table_name = 'catalog.products'
ORDER BY id;

-- It is append-only, for the administrator too.
SAVEPOINT before;
DELETE FROM audit.changes WHERE row_id = :'lamp';
ROLLBACK TO before;
ROLLBACK;
