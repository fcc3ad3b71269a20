-- The worker's queue, by kind of job. The reason is only the first word of the error: the rest of its text may contain
-- personal data.
CREATE OR REPLACE VIEW monitor.queue WITH (security_barrier) AS
SELECT o.kind, count(*) FILTER (WHERE o.run_at <= clock_timestamp()) AS due,
       count(*) FILTER (WHERE o.run_at > clock_timestamp()) AS later,
       count(*) FILTER (WHERE o.last_error IS NOT NULL) AS failing,
       greatest(0, extract(epoch FROM clock_timestamp() - min(o.run_at)))::double precision AS oldest_seconds,
       min(o.created_at) AS oldest_created_at, max(o.attempts) AS most_attempts, mode() WITHIN GROUP (
           ORDER BY substring(o.last_error FROM '^[A-Za-z_]{1,60}')
       ) FILTER (WHERE o.last_error IS NOT NULL) AS usual_reason
FROM messaging.outbox AS o
WHERE o.done_at IS NULL
GROUP BY o.kind;

COMMENT ON VIEW monitor.queue IS
'Jobs that are not done yet, by kind.
Read: due should be near 0 and oldest_seconds below a minute. later are the jobs that are scheduled for later, or for
another attempt (failing). Jobs with most_attempts above 10 will not succeed without a repair.
Do: check that a worker runs (storeproc worker), and why its calls fail: usual_reason, and the worker''s log by the kind
of job.';

GRANT SELECT ON monitor.queue TO store_monitor;
