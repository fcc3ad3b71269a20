-- depends: 0077.tax_rounding
-- Test deliveries of webhooks, and the event log as a publication for logical replication.

-- A constant default needs no rewrite of the table.
ALTER TABLE messaging.webhook_deliveries ADD COLUMN test boolean NOT NULL DEFAULT false;

-- Row filters and column lists belong to the publication, so that a reader cannot ask for more. What it leaves out is
-- said in db/docs/events-stream.md. It costs nothing until a slot is made for it.
CREATE PUBLICATION storeproc_events FOR TABLE messaging.events (id, type, order_id, account_id, data, created_at)
    WITH (publish = 'insert', publish_via_partition_root = true);
