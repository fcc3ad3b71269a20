-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS payments.payments_ended;
DROP INDEX CONCURRENTLY IF EXISTS payments.payments_risk;
