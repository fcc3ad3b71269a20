-- The history that monitoring keeps: read by the monitoring role, written only by SECURITY DEFINER functions.
GRANT USAGE ON SCHEMA monitor TO store_monitor, store_api, store_backup;
GRANT SELECT
    ON monitor.statement_history, monitor.relation_history, monitor.activity_history, monitor.statement_endpoints,
    monitor.counters, monitor.figures, monitor.rounds, monitor.invariants, monitor.backups TO store_monitor;
