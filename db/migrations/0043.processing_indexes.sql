-- transactional: false
-- depends: 0042.provider_limits
-- Payments that are not over, those that a bank is working on among them.
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_open_until ON payments.payments (expires_at)
    WHERE status IN ('initiated', 'open', 'authorized', 'processing');
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_to_look_up ON payments.payments (check_at)
    WHERE status IN ('initiated', 'open', 'authorized', 'processing');
DROP INDEX CONCURRENTLY IF EXISTS payments.payments_unfinished;
DROP INDEX CONCURRENTLY IF EXISTS payments.payments_to_check;
