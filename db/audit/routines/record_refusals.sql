-- Writes refusals that the web tier reports: the statement that refused was rolled back and could not write them.
-- Equal ones arrive as one row with a count. In an hour up to 1,000 rows are stored as they are. After that the rows of
-- a call are added up by kind, without address and account, and after 1,500 rows they are only counted for /metrics, so
-- that an attacker can fill neither the disk nor an admin's list. An e-mail or a token only leads to the account;
-- neither is stored.
-- Callers:   api.record_refusals.
-- Locks:     monitor.counters, once rows are no longer stored.
-- Definer:   no other code may write security events.
CREATE OR REPLACE FUNCTION audit.record_refusals(refusals jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_kinds CONSTANT text[] := ARRAY['log_in_failed', 'access_refused', 'token_refused', 'throttled'];
    v_left  CONSTANT bigint := audit.security_events_left(c_kinds, 1500);
    v_whole CONSTANT bigint := greatest(0, v_left - 500);
    v_rest  CONSTANT jsonb := (SELECT jsonb_agg(r.value)
                               FROM jsonb_array_elements(record_refusals.refusals) WITH ORDINALITY AS r (value, place)
                               WHERE r.place > v_whole);
BEGIN
    INSERT INTO audit.security_events (kind, account_id, api_key_id, db_role, request_id, client_address, user_agent,
                                       detail, occurrences)
    SELECT audit.refusal_kind(r.operation, r.code, r.status), audit.refused_account(r.email, r.token),
           audit.refused_key(r.token), session_user,
           left(r.request_id, 64), audit.clean_client(r.client_address, 64), audit.clean_client(r.user_agent, 300),
           jsonb_build_object('code', left(r.code, 60), 'operation', left(r.operation, 60)),
           greatest(1, coalesce(r.occurrences, 1))
    FROM ROWS FROM (
        jsonb_to_recordset(record_refusals.refusals)
            AS (operation text, code text, status integer, client_address text, user_agent text, request_id text,
                email text, token text, occurrences integer)
    ) WITH ORDINALITY
        AS r (operation, code, status, client_address, user_agent, request_id, email, token, occurrences, place)
    WHERE r.place <= v_whole;

    IF v_left > 0 THEN
        INSERT INTO audit.security_events (kind, db_role, detail, occurrences)
        SELECT f.kind, session_user, '{"reason": "too_many"}', f.occurrences FROM audit.sum_refusals(v_rest) AS f;
    ELSE
        PERFORM audit.add_security_counts((SELECT jsonb_object_agg(f.kind, f.occurrences)
                                           FROM audit.sum_refusals(v_rest) AS f));
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION audit.record_refusals TO store_api;
