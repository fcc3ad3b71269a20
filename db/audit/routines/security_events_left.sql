-- How many rows of these kinds may still be stored within this hour. Requests of strangers cause them, so without a
-- limit an attacker could fill the disk with them.
-- Callers:   record_refusals, identity.request_password_reset.
-- Definer:   reads security events; called by functions that do not act for an account.
CREATE OR REPLACE FUNCTION audit.security_events_left(kinds text[], allowed bigint)
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- The ids are in the order of time (UUIDv7), so the index of kinds finds the last hour.
    SELECT greatest(0, security_events_left.allowed - count(*))
    FROM unnest(security_events_left.kinds) AS k (kind)
    CROSS JOIN LATERAL (
        SELECT FROM audit.security_events AS e
        WHERE e.kind = k.kind AND e.id > uuidv7(interval '-1 hour')
        LIMIT security_events_left.allowed
    ) AS recent
$$;
