-- transactional: false
-- depends: 0048.risk
-- Payments of gateways that say how risky they are.
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_risk ON payments.payments (risk_level, id DESC)
    WHERE risk_level IS NOT NULL;
-- Few payments come to nothing; the index is written only when an attempt ends like that.
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_ended ON payments.payments (status, id DESC)
    WHERE status IN ('failed', 'expired', 'cancelled');
