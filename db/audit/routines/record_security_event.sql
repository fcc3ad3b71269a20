-- Writes a security event, with the caller, the session, the request, and the client's address and program as the web
-- tier reported them (app.client: the address, a line feed, the User-Agent). detail holds names and codes, such as
-- {"from": "customer", "to": "admin"}; never an e-mail, a token or text that a person wrote. It is rolled back with its
-- transaction, so a function that refuses cannot use it: see record_refusals.
-- Callers:   any function or trigger whose effect is a security event; the kinds are those of
--            api.security_event_kind (a new one is added there).
-- Arguments: session_id: of a log-in, the new session; otherwise the caller's.
-- Locks:     none: it only inserts.
-- Definer:   no other code may write security events.
CREATE OR REPLACE FUNCTION audit.record_security_event(
    kind text, account_id uuid, detail jsonb DEFAULT '{}', session_id uuid DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO audit.security_events (kind, account_id, actor_id, session_id, db_role, request_id, client_address,
                                       user_agent, detail)
    SELECT record_security_event.kind, record_security_event.account_id, identity.current_actor(),
           coalesce(record_security_event.session_id, identity.current_session()), session_user,
           nullif(current_setting('app.request_id', true), ''),
           audit.clean_client(split_part(c.client, E'\n', 1), 64),
           audit.clean_client(split_part(c.client, E'\n', 2), 300),
           coalesce(record_security_event.detail, '{}')
    FROM (SELECT current_setting('app.client', true) AS client) AS c
$$;

GRANT EXECUTE ON FUNCTION audit.record_security_event TO store_api;
