-- Seals the audit rows that no late row can precede any more: continues the chain of each partition.
-- Callers:   api.seal_audit.
-- Returns:   the number of seals that were added.
-- Locks:     an advisory lock, so that only one call seals; concurrent calls return 0.
-- Definer:   no other code may write the audit.
CREATE OR REPLACE FUNCTION audit.seal_changes()
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_first    CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    v_boundary audit.seal_boundary;
    v_name     name;
    v_last     audit.seals;
    v_new      record;
    v_count    integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('audit.seal_changes', 0)) THEN
        RETURN 0;
    END IF;
    SELECT * INTO STRICT v_boundary FROM audit.seal_boundary;
    -- A transaction that was running when the boundary was set is still running. (A boundary in the future comes from
    -- another cluster: this is a restored copy.)
    IF v_boundary.xact > pg_snapshot_xmin(pg_current_snapshot())
       AND v_boundary.xact <= pg_snapshot_xmax(pg_current_snapshot()) THEN
        RETURN 0;
    END IF;
    IF v_boundary.xact <= pg_snapshot_xmin(pg_current_snapshot()) THEN
        FOR v_name IN
            SELECT c.relname
            FROM pg_inherits AS i
            JOIN pg_class AS c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'audit.changes'::regclass
        LOOP
            SELECT * INTO v_last FROM audit.seals AS s WHERE s.partition = v_name ORDER BY s.sequence DESC LIMIT 1;
            v_new := audit.digest_rows(v_name, coalesce(v_last.to_id, c_first), v_boundary.id);
            CONTINUE WHEN v_new.rows = 0;
            INSERT INTO audit.seals (partition, sequence, after_id, to_id, rows, digest)
            VALUES (v_name, coalesce(v_last.sequence, 0) + 1, coalesce(v_last.to_id, c_first), v_boundary.id,
                    v_new.rows,
                    sha256(coalesce(v_last.digest, '') || v_new.digest));
            v_count := v_count + 1;
        END LOOP;
    END IF;
    UPDATE audit.seal_boundary AS b SET id = uuidv7(), xact = pg_snapshot_xmax(pg_current_snapshot());
    RETURN v_count;
END $$;

GRANT EXECUTE ON FUNCTION audit.seal_changes TO store_api;
