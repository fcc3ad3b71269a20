-- What monitoring needs in this database from the administrator who deploys: pgstattuple. (Privileges on an extension's
-- own views are not changed: a dump would contain them, and a server without the extension would refuse the restore.)
-- If the administrator may not do this, monitoring sees less, `storeproc check` says so, and everything else works as
-- before.
SET LOCAL ROLE NONE;

DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pgstattuple SCHEMA extensions;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE WARNING 'without the extension pgstattuple: monitor.measure_bloat() does not work.';
END $$;

SET LOCAL ROLE store_owner;
