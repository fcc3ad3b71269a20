-- Puts work for the worker into the outbox, in the transaction whose effect asks for it. Answers true, always: an
-- expression is called in half the time of a statement (PERFORM).
-- Called by: routines that need something outside the database. Definer: nobody else may write the queue.
CREATE OR REPLACE FUNCTION messaging.enqueue_job(kind text, payload jsonb, run_at timestamptz DEFAULT now())
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO messaging.outbox (kind, payload, run_at)
    VALUES (enqueue_job.kind, enqueue_job.payload, enqueue_job.run_at);
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION messaging.enqueue_job TO store_api;
