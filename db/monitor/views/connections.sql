-- Sessions by role and state.
CREATE OR REPLACE VIEW monitor.connections WITH (security_barrier) AS
SELECT coalesce(a.usename::text, '(' || a.backend_type || ')') AS role_name, a.application_name,
       coalesce(a.state, 'none') AS state,
       count(*) AS sessions,
       max(extract(epoch FROM clock_timestamp() - a.state_change))::double precision AS longest_seconds,
       current_setting('max_connections')::integer AS of_at_most
FROM pg_stat_activity AS a
WHERE a.backend_type IN ('client backend', 'walsender')
GROUP BY 1, 2, 3;

COMMENT ON VIEW monitor.connections IS
'Sessions by role, application and state.
Read: a web process opens up to 17 (POOL_SIZES); more would not make it faster, since the processors are the limit. The
sum of all must stay below of_at_most, with some left for people and backups.
Do: use fewer or smaller pools (POOL_SIZES, WEB_CONCURRENCY) before a larger max_connections.';

GRANT SELECT ON monitor.connections TO store_monitor;
