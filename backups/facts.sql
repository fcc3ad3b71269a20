-- Prints what a database holds, one fact a line: its schema and code, the last entries of the books, the number of rows
-- of every table. If a backup's snapshot and the restored database give the same lines, nothing is missing. Changes
-- nothing. Run by backup.sh, restore.sh and drill.sh.
-- If row security would hide rows from this session, the script fails instead of counting fewer.
SET row_security = off;
SELECT 'schema ' || schema_version || ' ' || code_digest FROM migration.deployed;
SELECT 'ledger ' || count(*) || ' transfers, ' || coalesce(sum(amount), 0) || ' in all, last '
       || coalesce(max(id::text), 'none') FROM ledger.transfers;
SELECT 'audit ' || count(*) || ' changes, last ' || coalesce(max(id::text), 'none') FROM audit.changes;
SELECT 'events ' || count(*) || ', last ' || coalesce(max(id::text), 'none') FROM messaging.events;
SELECT format('SELECT %L || count(*) FROM ONLY %I.%I',
              format('rows %I.%I ', n.nspname, c.relname), n.nspname, c.relname)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                  WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
\gexec
