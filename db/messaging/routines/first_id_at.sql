-- The smallest id of a row that was created at a given time: a UUIDv7 begins with its millisecond. With it a period
-- becomes a range of ids, and a list by id starts where the period does. NULL for NULL; times before 1970 or beyond the
-- format become its first or last id.
-- Callers:   find_orders.
CREATE OR REPLACE FUNCTION messaging.first_id_at(at timestamptz)
RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN (lpad(to_hex(least(greatest(CASE WHEN isfinite(first_id_at.at) THEN extract(epoch FROM first_id_at.at) * 1000
                                        WHEN first_id_at.at > '2000-01-01' THEN 281474976710655 ELSE 0 END,
                                        0), 281474976710655)::bigint), 12, '0')
        || '00000000000000000000')::uuid;

GRANT EXECUTE ON FUNCTION messaging.first_id_at TO store_api;
