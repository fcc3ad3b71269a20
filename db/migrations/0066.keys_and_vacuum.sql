-- transactional: false
-- depends: 0065.promotion_editors
-- Every table has a primary key, and autovacuum comes to the hot tables in time. Each statement can be repeated.
-- squawk-ignore-file prefer-robust-stmts

-- A line of a refund has no natural key: its order line is null for shipping. The table has a row for each line that
-- was ever refunded (in a shop of a million orders some ten thousands, 0.1 s), so the rewrite is short.
-- squawk-ignore adding-field-with-default, adding-serial-primary-key-field, adding-not-nullable-field
ALTER TABLE payments.refund_items ADD COLUMN IF NOT EXISTS id uuid DEFAULT uuidv7() PRIMARY KEY;

-- The audit, a partition at a time, each in a transaction of its own: nobody writes to past months, so only the month
-- that is written to keeps writers waiting, while its index is built (1.6 s for a million rows). Then the key of the
-- whole table adopts those of its partitions, without reading them.
DO $$
DECLARE
    v_partition regclass;
BEGIN
    FOR v_partition IN
        SELECT i.inhrelid FROM pg_inherits AS i
        WHERE i.inhparent = 'audit.changes'::regclass
          AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conrelid = i.inhrelid AND c.contype = 'p')
        ORDER BY i.inhrelid::regclass::text
    LOOP
        EXECUTE format('ALTER TABLE %s ADD PRIMARY KEY (id, at)', v_partition);
        COMMIT;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conrelid = 'audit.changes'::regclass AND c.contype = 'p') THEN
        ALTER TABLE audit.changes ADD PRIMARY KEY (id, at);
    END IF;
END $$;
-- The key serves what this index did. An index of a partitioned table cannot be dropped concurrently; dropping it takes
-- a moment, for which the migration waits as for any lock.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX IF EXISTS audit.changes_id;

-- By default autovacuum waits until a fifth of a table is dead: in a shop of a million orders for 200,050 dead orders,
-- which is weeks. Until then index scans visit dead rows, and index-only scans visit the table. At 2 % it comes at
-- 20,050, ten times as often for a tenth of the work. Statistics of statuses, which decide plans, are renewed at 2 %
-- too. Figures: monitoring/README.md, "Autovacuum".
ALTER TABLE sales.orders SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE sales.order_items SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE payments.payments SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE ledger.accounts SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE catalog.stock SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE identity.sessions SET (autovacuum_vacuum_scale_factor = 0.02);
-- Small tables whose rows change all the time, and queues, whose size says nothing: a fixed number of dead rows.
ALTER TABLE catalog.stock_parts SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
ALTER TABLE ledger.balance_parts SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
ALTER TABLE messaging.outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
ALTER TABLE messaging.idempotency_keys SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE messaging.webhook_deliveries SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
