-- Retention: drops the whole months of the audit that ended before a given day; their seals stay. changes_default has
-- the rows of months whose partition was added too late (in shops from before 0066, those of the month of the
-- installation). It is emptied when all of its rows are old enough: dropped and made anew, because its rows cannot
-- be deleted. Its seals are then those of a partition that is gone.
-- Returns the names of the partitions.
-- Callers:   audit.apply_retention; a DBA: SELECT audit.drop_partitions('2025-01-01').
-- Locks:     ACCESS EXCLUSIVE on the audit, for a moment.
CREATE OR REPLACE FUNCTION audit.drop_partitions(before date)
RETURNS SETOF name
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_before CONSTANT timestamptz := date_trunc('month', drop_partitions.before::timestamp) AT TIME ZONE 'UTC';
    v_name   name;
    v_last   timestamptz;
BEGIN
    FOR v_name IN
        SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'audit.changes'::regclass AND c.relname ~ '^changes_\d{4}_\d{2}$'
          AND to_date(substr(c.relname, 9), 'YYYY_MM') + interval '1 month' <= drop_partitions.before
        ORDER BY 1
    LOOP
        EXECUTE format('ALTER TABLE audit.changes DETACH PARTITION audit.%I', v_name);
        EXECUTE format('DROP TABLE audit.%I', v_name);
        RETURN NEXT v_name;
    END LOOP;

    SELECT max(c.at) INTO v_last FROM audit.changes_default AS c;
    IF v_last < v_before THEN
        ALTER TABLE audit.changes DETACH PARTITION audit.changes_default;
        SELECT max(c.at) INTO STRICT v_last FROM audit.changes_default AS c;
        IF v_last >= v_before THEN    -- it was written to before it was locked
            ALTER TABLE audit.changes ATTACH PARTITION audit.changes_default DEFAULT;
            RETURN;
        END IF;
        v_name := 'changes_default_' || to_char(v_last AT TIME ZONE 'UTC', 'YYYY_MM');
        ALTER TABLE audit.seals DISABLE TRIGGER append_only;
        UPDATE audit.seals AS s SET partition = v_name WHERE s.partition = 'changes_default';
        ALTER TABLE audit.seals ENABLE TRIGGER append_only;
        DROP TABLE audit.changes_default;
        CREATE TABLE audit.changes_default PARTITION OF audit.changes DEFAULT;
        ALTER TABLE audit.changes_default OWNER TO store_owner;    -- the caller may be a DBA
        CREATE TRIGGER append_only_part BEFORE DELETE OR TRUNCATE ON audit.changes_default
            FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
        RETURN NEXT v_name;
    END IF;
END $$;
