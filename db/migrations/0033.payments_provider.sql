-- transactional: false
-- depends: 0032.payment_rules_validated
-- Every payment wrote into it, and payment_reference_twice begins with the same column.
DROP INDEX CONCURRENTLY IF EXISTS payments.payments_provider;
