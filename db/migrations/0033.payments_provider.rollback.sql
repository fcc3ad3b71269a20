-- transactional: false
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_provider ON payments.payments (provider);
