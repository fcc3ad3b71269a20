-- Schemas of the domain, and the right that nobody has by default.

CREATE SCHEMA identity;
CREATE SCHEMA catalog;
CREATE SCHEMA sales;
CREATE SCHEMA payments;
CREATE SCHEMA ledger;
CREATE SCHEMA messaging;
CREATE SCHEMA audit;
CREATE SCHEMA report;
CREATE SCHEMA monitor;

COMMENT ON SCHEMA identity IS 'Accounts, sessions, signing keys, addresses: who is calling.';
COMMENT ON SCHEMA catalog IS 'Products, categories, temporal prices, stock.';
COMMENT ON SCHEMA sales IS 'Carts and orders.';
COMMENT ON SCHEMA payments IS 'Payment attempts, gateway callbacks, refunds.';
COMMENT ON SCHEMA ledger IS 'Accounts and transfers: every movement of money.';
COMMENT ON SCHEMA messaging IS 'Business events, the outbox of work, idempotency keys.';
COMMENT ON SCHEMA audit IS 'Who changed what, append-only.';
COMMENT ON SCHEMA report IS 'Secure views for analysts.';
COMMENT ON SCHEMA monitor IS 'Views for the DBA.';

-- The per-schema form of this has no effect (a default privilege can only add to the global one), so it is global.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC;

GRANT USAGE ON SCHEMA identity, catalog, sales, payments, ledger, messaging, audit TO store_api;
