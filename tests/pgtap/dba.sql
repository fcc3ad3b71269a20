-- What a DBA expects of every schema: keys, comments where people look, autovacuum that comes in time.
BEGIN;
SELECT plan(5);

SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
      AND n.nspname !~ '^(pg_.*|information_schema|extensions|tap|tests)$'
      AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'p')
      AND c.relname !~ '^_?yoyo'
$$, 'every table has a primary key');

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p
    WHERE p.pronamespace = 'payments'::regnamespace AND p.proname ~ '^mark_|_by_hand$' AND p.proname <> 'make_by_hand'
      AND coalesce(obj_description(p.oid, 'pg_proc'), '') !~ '^(Internal|For a DBA): '
$$, 'what marks payments says whether people may call it');

SELECT set_has($$
    SELECT c.oid::regclass::text FROM pg_class AS c
    WHERE array_to_string(c.reloptions, ' ') ~ 'autovacuum_vacuum_(scale_factor=0\.02|threshold=[25]000)'
$$, $$ VALUES ('sales.orders'), ('sales.order_items'), ('payments.payments'), ('ledger.accounts'), ('catalog.stock'),
              ('catalog.stock_parts'), ('ledger.balance_parts'), ('messaging.outbox'),
              ('messaging.idempotency_keys') $$,
    'autovacuum does not wait for a fifth of a hot table');

SELECT set_has($$
    SELECT i.inhrelid::regclass::text FROM pg_inherits AS i WHERE i.inhparent = 'audit.changes'::regclass
$$, $$
    SELECT 'audit.changes_' || to_char(now() AT TIME ZONE 'UTC' + m.later, 'YYYY_MM')
    FROM (VALUES (interval '0'), (interval '1 month')) AS m (later)
$$, 'the audit has its partitions before a worker ran');

SELECT is_empty($$
    SELECT r.rolname FROM pg_roles AS r
    WHERE r.rolname = 'store_monitor'
      AND NOT coalesce(r.rolconfig @> ARRAY['statement_timeout=60s', 'idle_in_transaction_session_timeout=60s'], false)
$$, 'monitoring has time limits');

SELECT finish();
ROLLBACK;
