-- What monitoring keeps: read by whoever watches the database, written by definers only.
GRANT USAGE ON SCHEMA monitor TO store_monitor, store_api, store_backup;
GRANT SELECT
    ON monitor.statement_history, monitor.relation_history, monitor.activity_history, monitor.statement_endpoints,
    monitor.counters, monitor.figures, monitor.rounds, monitor.invariants, monitor.backups TO store_monitor;
