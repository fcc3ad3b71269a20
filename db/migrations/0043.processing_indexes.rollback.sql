-- transactional: false
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_unfinished ON payments.payments (expires_at)
    WHERE status IN ('initiated', 'open', 'authorized');
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_to_check ON payments.payments (check_at)
    WHERE status IN ('initiated', 'open', 'authorized');
DROP INDEX CONCURRENTLY IF EXISTS payments.payments_open_until;
DROP INDEX CONCURRENTLY IF EXISTS payments.payments_to_look_up;
