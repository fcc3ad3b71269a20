-- The number of a partition's rows between two ids, and the digest of all of them in the order of their ids. A row from
-- which a person was erased counts with the digest that it had before.
-- Callers:   seal_changes, check_seals.
CREATE OR REPLACE FUNCTION audit.digest_rows(
    partition name, after_id uuid, to_id uuid, OUT rows bigint, OUT digest bytea
)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format(
        'SELECT count(*), sha256(coalesce(string_agg(coalesce(e.digest, audit.row_digest(c)), %L ORDER BY c.id), %L))
         FROM audit.%I AS c LEFT JOIN audit.erasures AS e ON e.change_id = c.id AND concat(c.old, c.new) LIKE %L
         WHERE c.id > $1 AND c.id <= $2',
        ''::bytea, ''::bytea, digest_rows.partition, '%[erased]%')
    INTO STRICT digest_rows.rows, digest_rows.digest USING digest_rows.after_id, digest_rows.to_id;
END $$;
