-- Adds a job for the worker to the outbox, in the transaction that needs it.
-- Callers:   routines that need something outside the database.
-- Locks:     none: it only inserts.
-- Definer:   no other code may write to the queue.
CREATE OR REPLACE FUNCTION messaging.enqueue_job(kind text, payload jsonb, run_at timestamptz DEFAULT now())
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO messaging.outbox (kind, payload, run_at)
    VALUES (enqueue_job.kind, enqueue_job.payload, enqueue_job.run_at);
END $$;

GRANT EXECUTE ON FUNCTION messaging.enqueue_job TO store_api;
