-- Stores the size of every table.
-- Callers:   monitor.take_snapshot.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION monitor.take_sizes(at timestamptz)
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO monitor.relation_history (at, relation, table_bytes, index_bytes, live_rows)
    SELECT take_sizes.at, m.relation, m.table_bytes, m.index_bytes, m.live_rows FROM monitor.measure_relations() AS m;
END;
