-- Statement trigger: wakes the workers (LISTEN storeproc_outbox) when a job is due now. Jobs for later are found by
-- polling: a NOTIFY takes a lock that all committing notifiers queue for, so none is sent for a job that cannot run
-- yet.
-- Callers:   trigger notify_worker on messaging.outbox.
CREATE OR REPLACE FUNCTION messaging.notify_worker()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows AS n WHERE n.run_at <= now()) THEN
        PERFORM pg_notify('storeproc_outbox', '');
    END IF;
    RETURN NULL;
END $$;
