-- The queue, reached only through messaging.enqueue_job(), claim_jobs(), finish_job() and fail_job().
ALTER TABLE messaging.outbox ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON messaging.outbox FROM store_api;

CREATE OR REPLACE TRIGGER notify_worker AFTER INSERT ON messaging.outbox
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION messaging.notify_worker();
