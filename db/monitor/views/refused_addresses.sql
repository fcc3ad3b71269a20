-- The client addresses with refusals in the last 24 hours.
CREATE OR REPLACE VIEW monitor.refused_addresses WITH (security_barrier) AS
SELECT e.client_address,
       coalesce(sum(e.occurrences) FILTER (WHERE e.kind = 'log_in_failed'), 0)::bigint AS log_ins_failed,
       coalesce(sum(e.occurrences) FILTER (WHERE e.kind = 'token_refused'), 0)::bigint AS tokens_refused,
       coalesce(sum(e.occurrences) FILTER (WHERE e.kind = 'access_refused'), 0)::bigint AS access_refused,
       coalesce(sum(e.occurrences) FILTER (WHERE e.kind = 'throttled'), 0)::bigint AS throttled,
       count(DISTINCT e.account_id) AS accounts, min(e.created_at) AS first_at, max(e.created_at) AS last_at
FROM audit.security_events AS e
WHERE e.id > uuidv7(interval '-1 day') AND e.kind IN ('log_in_failed', 'token_refused', 'access_refused', 'throttled')
GROUP BY e.client_address;

COMMENT ON VIEW monitor.refused_addresses IS
'Client addresses whose requests were refused in the last 24 hours, and how many accounts they tried. NULL: refusals
beyond the 1,000 rows an hour that are stored one by one.
Read: an address with many log_ins_failed and many accounts guesses passwords; one with access_refused tries what its
role may not do.
Do: block the address at the proxy. If an account was entered, suspend it and reset its password.';

GRANT SELECT ON monitor.refused_addresses TO store_monitor;
