-- What monitoring needs in this database, as the administrator who deploys: pgstattuple. (Rights on an extension's own
-- views are not touched: a dump carries them, and a server that lacks the extension would refuse the restore.) Where
-- the administrator may not do this, monitoring sees less, `storeproc check` says so, and nothing else is different.
SET LOCAL ROLE NONE;

DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pgstattuple SCHEMA extensions;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE WARNING 'without the extension pgstattuple: monitor.measure_bloat() does not work.';
END $$;

SET LOCAL ROLE store_owner;
