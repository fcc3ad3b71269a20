-- Does the most overdue task of monitoring: statements, activity and security events every minute, sizes every 15
-- minutes, the shop's figures every 15 seconds; each for at most a twentieth of the time, however large the shop is.
-- Callers:   api.take_snapshot.
-- Returns:   the task; NULL if none is due, or while another worker does one.
-- Locks:     an advisory lock, so that two never run at once.
-- Definer:   statistics of all roles and the orders of all accounts are read.
CREATE OR REPLACE FUNCTION monitor.take_snapshot()
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_as_of timestamptz;
    v_name  text;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('monitor.take_snapshot', 0)) THEN
        RETURN NULL;
    END IF;
    v_as_of := clock_timestamp();
    -- Read after the lock was taken, to see the result of the previous task.
    SELECT r.name INTO v_name
    FROM monitor.rounds AS r
    JOIN (VALUES ('snapshot', interval '1 minute'), ('sizes', interval '15 minutes'),
          ('figures', interval '15 seconds')) AS e (name, every)
      ON e.name = r.name
    WHERE r.as_of IS NULL OR r.as_of + greatest(e.every, 20 * r.took) <= v_as_of
    ORDER BY (v_as_of - r.as_of) / extract(epoch FROM e.every) DESC NULLS FIRST LIMIT 1;
    IF v_name IS NULL THEN
        RETURN NULL;
    END IF;
    BEGIN
        CASE v_name
            WHEN 'snapshot' THEN
                PERFORM monitor.ensure_partitions();
                PERFORM monitor.take_statements(v_as_of);
                PERFORM monitor.take_activity(v_as_of);
                PERFORM audit.count_security_events();
            WHEN 'sizes' THEN
                PERFORM monitor.ensure_partitions();
                PERFORM monitor.take_sizes(v_as_of);
            WHEN 'figures' THEN
                PERFORM monitor.take_figures();
        END CASE;
    EXCEPTION WHEN lock_not_available OR query_canceled THEN
        -- A migration has locked the table, or it is too large: skip this task now, so that it does not block the
        -- others.
        NULL;
    END;
    UPDATE monitor.rounds AS r SET as_of = v_as_of, took = clock_timestamp() - v_as_of WHERE r.name = v_name;
    RETURN v_name;
END $$;

GRANT EXECUTE ON FUNCTION monitor.take_snapshot TO store_api;
