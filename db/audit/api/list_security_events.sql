-- Security events, newest first, for an admin.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_security_events(
    kind api.security_event_kind DEFAULT NULL, account uuid DEFAULT NULL, "from" timestamptz DEFAULT NULL,
    "to" timestamptz DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.security_event_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_limit CONSTANT integer := list_security_events."limit";
    v_found audit.security_events[];
BEGIN
    v_found := audit.find_security_events(
        list_security_events.kind, list_security_events.account, list_security_events."from",
        list_security_events."to", messaging.cursor_before(list_security_events.cursor), v_limit + 1);
    RETURN ROW(
        ARRAY(SELECT ROW(e.id, e.kind, e.account_id, e.actor_id, e.session_id, e.api_key_id, e.db_role,
                         e.request_id, e.client_address, e.user_agent,
                         -- A list is empty, never null.
                         jsonb_populate_record(
                             ROW(NULL, NULL, NULL, NULL, NULL, NULL, '{}')::api.security_event_detail, e.detail),
                         e.occurrences, e.created_at)::api.security_event
              FROM unnest(v_found[:v_limit]) WITH ORDINALITY AS e
              ORDER BY e.ordinality),
        CASE WHEN cardinality(v_found) > v_limit
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[v_limit]).id)) END
    )::api.security_event_page;
END $$;

COMMENT ON FUNCTION api.list_security_events IS
'List security events

Log-ins, refusals, ended sessions, changes of passwords, roles, keys, settings and providers, and exports, newest first.
`account`: events about an account or done by it. Refusals are reported some seconds later, equal ones as one event with
`occurrences`. Events are kept for `security_events_kept` (a setting).';

GRANT EXECUTE ON FUNCTION api.list_security_events TO app_admin;
