-- Security events below an id, newest first: of one kind, about or by one account, of a time. NULL is no filter. The
-- caller's row security applies.
-- Callers:   api.list_security_events.
CREATE OR REPLACE FUNCTION audit.find_security_events(
    kind text, account uuid, "from" timestamptz, "to" timestamptz, before uuid, count integer)
RETURNS audit.security_events[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
    -- Filters are optional: a plan for all cases would fit none.
    SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    -- Ids are in the order of time (UUIDv7), so a time is a range of ids. created_at is the beginning of the
    -- transaction, a little earlier than the id: hence the margins. The limits keep the ids within UUIDv7's range.
    v_from CONSTANT uuid := uuidv7(
        greatest(find_security_events."from", '2020-01-01Z') - clock_timestamp() - interval '1 second');
    v_to   CONSTANT uuid := uuidv7(
        least(greatest(find_security_events."to", '2020-01-01Z') - clock_timestamp(), '0') + interval '5 minutes');
BEGIN
    RETURN ARRAY(
        SELECT e FROM audit.security_events AS e
        WHERE e.id < find_security_events.before
          AND (find_security_events.kind IS NULL OR e.kind = find_security_events.kind)
          AND (find_security_events.account IS NULL OR e.account_id = find_security_events.account
               OR e.actor_id = find_security_events.account)
          AND (find_security_events."from" IS NULL
               OR e.created_at >= find_security_events."from" AND e.id >= v_from)
          AND (find_security_events."to" IS NULL
               OR e.created_at <= find_security_events."to" AND e.id <= v_to)
        ORDER BY e.id DESC LIMIT find_security_events.count
    );
END $$;

GRANT EXECUTE ON FUNCTION audit.find_security_events TO store_api;
