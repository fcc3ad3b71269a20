-- transactional: false
-- depends: 0048.risk
-- Few payments are in it, and those are what support looks for.
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_risk ON payments.payments (risk_level, id DESC)
    WHERE risk_level IN ('elevated', 'highest');
