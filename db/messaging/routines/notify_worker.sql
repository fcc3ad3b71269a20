-- Statement trigger: wakes the workers (LISTEN storeproc_outbox) when work is due now. Work for later is found by their
-- poll: a NOTIFY takes a lock that all committing notifiers queue for, so none is spent on what nobody can do yet.
CREATE OR REPLACE FUNCTION messaging.notify_worker()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows AS n WHERE n.run_at <= now()) THEN
        PERFORM pg_notify('storeproc_outbox', '');
    END IF;
    RETURN NULL;
END $$;
