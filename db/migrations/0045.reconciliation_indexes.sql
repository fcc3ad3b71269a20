-- transactional: false
-- depends: 0044.reconciliation
-- Outside of a transaction, while callbacks are stored and transfers are booked.
CREATE INDEX CONCURRENTLY IF NOT EXISTS gateway_events_unknown ON payments.gateway_events (provider, received_at)
    WHERE outcome IN ('unknown_payment', 'unknown_refund');
-- Fees by payment: of whatever kind, they have the word in their name.
CREATE INDEX CONCURRENTLY IF NOT EXISTS transfers_fee ON ledger.transfers (payment_id) WHERE kind LIKE '%fee%';
CREATE INDEX CONCURRENTLY IF NOT EXISTS refunds_completed ON payments.refunds (completed_at)
    WHERE completed_at IS NOT NULL;
-- A second time it does nothing.
-- squawk-ignore prefer-robust-stmts
ALTER TABLE ledger.accounts VALIDATE CONSTRAINT ledger_kind_unknown;
