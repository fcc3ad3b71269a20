-- Whether the audit is unchanged since it was sealed: computes every chain again from its rows. A partition that was
-- dropped is skipped; its seals stay, to be compared with a copy of it.
-- Callers:   `storeproc check`, restore drills; a DBA in psql. Reads the whole audit.
-- Definer:   reads everything.
CREATE OR REPLACE FUNCTION audit.check_seals()
RETURNS TABLE (name text, ok boolean, detail text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_seal   audit.seals;
    v_now    record;
    v_chain  record;
    v_digest bytea;
    v_after  uuid;
    v_broken text;
BEGIN
    FOR v_chain IN
        SELECT s.partition, count(*) AS seals, sum(s.rows) AS rows
        FROM audit.seals AS s
        GROUP BY s.partition
        ORDER BY s.partition
    LOOP
        v_digest := '';
        v_after := '00000000-0000-0000-0000-000000000000';
        v_broken := NULL;
        IF to_regclass(format('audit.%I', v_chain.partition)) IS NOT NULL THEN
            FOR v_seal IN SELECT * FROM audit.seals AS s WHERE s.partition = v_chain.partition ORDER BY s.sequence LOOP
                v_now := audit.digest_rows(v_seal.partition, v_seal.after_id, v_seal.to_id);
                v_digest := sha256(v_digest || v_now.digest);
                IF v_seal.after_id <> v_after OR v_now.rows <> v_seal.rows OR v_digest <> v_seal.digest THEN
                    v_broken := format('seal %s of %s: %s rows were sealed, %s are there', v_seal.sequence,
                                       v_seal.created_at, v_seal.rows, v_now.rows);
                    EXIT;
                END IF;
                v_after := v_seal.to_id;
            END LOOP;
        END IF;
        name := format('the audit is as it was sealed: %s', v_chain.partition);
        ok := v_broken IS NULL;
        detail := coalesce(v_broken, '');
        RETURN NEXT;
    END LOOP;
END $$;
