-- Refusals, as audit.record_refusals takes them, added up by kind.
-- Callers:   record_refusals.
CREATE OR REPLACE FUNCTION audit.sum_refusals(refusals jsonb)
RETURNS TABLE (kind text, occurrences bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.kind, sum(k.occurrences)::bigint
    FROM (SELECT audit.refusal_kind(r.operation, r.code, r.status) AS kind,
                 greatest(1, coalesce(r.occurrences, 1)) AS occurrences
          FROM jsonb_to_recordset(sum_refusals.refusals)
              AS r (operation text, code text, status integer, occurrences integer)) AS k
    GROUP BY k.kind
$$;
