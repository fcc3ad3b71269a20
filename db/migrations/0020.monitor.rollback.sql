-- The views and routines of the schema are built on these.
DROP TABLE monitor.statement_history, monitor.relation_history, monitor.activity_history, monitor.statement_counters,
    monitor.statement_endpoints, monitor.counters, monitor.figures, monitor.rounds, monitor.invariants, monitor.backups CASCADE;
