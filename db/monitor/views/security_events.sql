-- Security events of the last 30 days, by day and kind.
CREATE OR REPLACE VIEW monitor.security_events WITH (security_barrier) AS
SELECT date_trunc('day', e.created_at, 'UTC') AS day, e.kind, sum(e.occurrences)::bigint AS events,
       count(DISTINCT e.client_address) AS addresses, count(DISTINCT e.account_id) AS accounts,
       max(e.created_at) AS last_at
FROM audit.security_events AS e
WHERE e.id > uuidv7(interval '-30 days')
GROUP BY date_trunc('day', e.created_at, 'UTC'), e.kind;

COMMENT ON VIEW monitor.security_events IS
'Security events of the last 30 days, by day (UTC) and kind: how often, from how many addresses, about how many
accounts.
Read: log_in_failed and token_refused far above other days are an attack; many addresses and many accounts with few
attempts each are a list of stolen passwords being tried. role_changed, secret_changed, signing_key_added and
issuer_trusted should each be known to you.
Do: look at monitor.refused_addresses, and at the single events: GET /v1/admin/security-events.';

GRANT SELECT ON monitor.security_events TO store_monitor;
