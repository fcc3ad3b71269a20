-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS payments.refunds_completed;
DROP INDEX CONCURRENTLY IF EXISTS ledger.transfers_fee;
DROP INDEX CONCURRENTLY IF EXISTS payments.gateway_events_unknown;
