-- History is written once. Not by habit: a trigger stands before the owner of the tables as well.
BEGIN;
SELECT plan(16);

INSERT INTO messaging.events (type, data, created_at)
VALUES ('return.requested', '{"reason": "x", "amount": 5}', '2026-01-01');
SELECT throws_ok(format('UPDATE %s SET created_at = now()', t), 'SH409', NULL, t || ' refuses UPDATE')
FROM unnest(ARRAY['ledger.transfers', 'catalog.stock_movements', 'messaging.events']) AS t;
SELECT throws_ok(format('DELETE FROM %s', t), 'SH409', NULL, t || ' refuses DELETE')
FROM unnest(ARRAY[
    'ledger.transfers', 'catalog.stock_movements', 'messaging.events', 'payments.gateway_events', 'audit.changes'
]) AS t;
SELECT throws_ok('TRUNCATE ledger.transfers CASCADE', 'SH409', NULL, 'ledger.transfers refuses TRUNCATE');

-- The audit admits the erasure of a person, and nothing that only looks like it.
INSERT INTO audit.changes (table_name, operation, row_id, db_role, old, new)
VALUES ('identity.accounts', 'UPDATE', 'x', 'test',
        '{"email": "a@b.example", "role": "customer"}', '{"email": null, "role": "admin"}');
SELECT throws_ok('UPDATE audit.changes SET db_role = ''nobody''', 'SH409', NULL, 'audit.changes refuses UPDATE');
SELECT throws_ok(
    $$UPDATE audit.changes SET old = '{"email": "other@b.example", "role": "customer"}'$$,
    'SH409', NULL, 'a person is not replaced');
SELECT throws_ok(
    $$UPDATE audit.changes SET old = '{"email": "[erased]", "role": "[erased]"}'$$,
    'SH409', NULL, 'what is not personal stays');
SELECT throws_ok(
    format('UPDATE audit.changes_%s SET db_role = NULL', to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')),
    'SH409', NULL, 'a partition refuses UPDATE too');
SELECT lives_ok(
    $$UPDATE audit.changes
      SET old = audit.without_person(table_name, old), new = audit.without_person(table_name, new)
      WHERE row_id = 'x'$$,
    'a person is erased');

SELECT throws_ok(
    $$UPDATE messaging.events SET data = '{"reason": "[erased]", "amount": 6}'$$,
    'SH409', NULL, 'an event''s other data do not change');
SELECT lives_ok(
    $$UPDATE messaging.events SET data = '{"reason": "[erased]", "amount": 5}'$$,
    'the person in an event is erased');

SELECT finish();
ROLLBACK;
