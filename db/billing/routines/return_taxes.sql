-- The taxes of a line or of shipping that go back when their sum, `amount`, goes back: spread over what is left of
-- each, so that no unit is lost, and each is back completely with the last of them. `credited` and `cancelled` are
-- those of the credit notes and debit notes before.
-- Callers:   issue_credit_note.
CREATE OR REPLACE FUNCTION billing.return_taxes(taxes jsonb, credited jsonb[], cancelled jsonb[], amount bigint)
RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH remaining AS (
        SELECT t.n, t.tax, (t.tax ->> 'amount')::bigint
               - coalesce((SELECT sum((c.taxes -> (t.n::integer - 1) ->> 'amount')::bigint)
                           FROM unnest(return_taxes.credited) AS c (taxes)), 0)::bigint
               + coalesce((SELECT sum((c.taxes -> (t.n::integer - 1) ->> 'amount')::bigint)
                           FROM unnest(return_taxes.cancelled) AS c (taxes)), 0)::bigint AS amount
        FROM jsonb_array_elements(return_taxes.taxes) WITH ORDINALITY AS t (tax, n)
    )
    SELECT CASE WHEN return_taxes.taxes = '[]' THEN '[]' ELSE (
        SELECT jsonb_agg(r.tax || jsonb_build_object('amount', p.part) ORDER BY r.n)
        FROM remaining AS r
        JOIN unnest(ledger.split_amount(return_taxes.amount,
                                        (SELECT array_agg(l.amount ORDER BY l.n) FROM remaining AS l)))
             WITH ORDINALITY AS p (part, n) ON p.n = r.n
    ) END;
$$;
