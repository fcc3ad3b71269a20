-- History is written once. Not by habit: a trigger stands before the owner of the tables as well.
BEGIN;
SELECT plan(10);

SELECT throws_ok(format('UPDATE %s SET created_at = now()', t), 'SH409', NULL, t || ' refuses UPDATE')
FROM unnest(ARRAY['ledger.transfers', 'catalog.stock_movements', 'messaging.events']) AS t;
SELECT throws_ok(format('DELETE FROM %s', t), 'SH409', NULL, t || ' refuses DELETE')
FROM unnest(ARRAY['ledger.transfers', 'catalog.stock_movements', 'messaging.events', 'payments.gateway_events', 'audit.changes']) AS t;
SELECT throws_ok('TRUNCATE ledger.transfers CASCADE', 'SH409', NULL, 'ledger.transfers refuses TRUNCATE');
SELECT throws_ok('UPDATE audit.changes SET db_role = ''nobody''', 'SH409', NULL, 'audit.changes refuses UPDATE');

SELECT finish();
ROLLBACK;
