-- Checks every invariant and stores the result for /metrics: at most once an hour, and for at most a hundredth of the
-- time.
-- Callers:   api.check_books.
-- Returns:   the number of broken invariants; NULL if no check is due, or while another worker checks.
-- Locks:     an advisory lock, so that two never run at once.
-- Definer:   the check reads the data of all accounts.
CREATE OR REPLACE FUNCTION monitor.check_books()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_as_of timestamptz;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('monitor.check_books', 0)) THEN
        RETURN NULL;
    END IF;
    v_as_of := clock_timestamp();
    PERFORM FROM monitor.rounds AS r
    WHERE r.name = 'invariants'
      AND (r.as_of IS NULL OR r.as_of + greatest(interval '55 minutes', 100 * r.took) <= v_as_of);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    MERGE INTO monitor.invariants AS k USING (SELECT c.name, bool_and(c.ok) AS ok
                                              FROM audit.check_invariants() AS c
                                              GROUP BY c.name) AS c
    ON c.name = k.name
    WHEN MATCHED THEN UPDATE SET ok = c.ok
    WHEN NOT MATCHED BY TARGET THEN INSERT (name, ok) VALUES (c.name, c.ok)
    WHEN NOT MATCHED BY SOURCE THEN DELETE;
    UPDATE monitor.rounds AS r SET as_of = v_as_of, took = clock_timestamp() - v_as_of WHERE r.name = 'invariants';
    RETURN (SELECT count(*) FROM monitor.invariants AS k WHERE NOT k.ok);
END $$;

GRANT EXECUTE ON FUNCTION monitor.check_books TO store_api;
