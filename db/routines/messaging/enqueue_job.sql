-- Puts work for the worker into the outbox, in the transaction whose effect asks for it.
-- Called by: routines that need something outside the database. Definer: nobody else may write the queue.
CREATE OR REPLACE FUNCTION messaging.enqueue_job(kind text, payload jsonb, run_at timestamptz DEFAULT now())
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO messaging.outbox (kind, payload, run_at) VALUES (enqueue_job.kind, enqueue_job.payload, enqueue_job.run_at);
END;

GRANT EXECUTE ON FUNCTION messaging.enqueue_job TO store_api;
