-- What the ledger has in the account tax of the documents of some days, by currency. First by the time of the
-- transfers, which is an index range: a transfer is made with its document. If that is not what the documents say, by
-- document: those from before migration 0073 were booked later, and the days are others when a document is issued at
-- midnight or the shop's time zone has changed.
-- Callers:   api.report_taxes.
CREATE OR REPLACE FUNCTION billing.booked_taxes("from" date, "to" date, time_zone text)
RETURNS TABLE (currency char(3), amount bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Ids begin with 1970. In seconds: days of an interval would be those of the session's time zone.
    v_first CONSTANT uuid := uuidv7(make_interval(secs => extract(epoch FROM
        greatest(booked_taxes."from", '1970-01-03')::timestamp AT TIME ZONE booked_taxes.time_zone
        - clock_timestamp())::double precision));
    v_end   CONSTANT uuid := uuidv7(make_interval(secs => extract(epoch FROM
        greatest(booked_taxes."to" + 1, '1970-01-03')::timestamp AT TIME ZONE booked_taxes.time_zone
        - clock_timestamp())::double precision));
    v_sums  jsonb;
BEGIN
    SELECT coalesce(jsonb_object_agg(b.currency, b.amount), '{}') INTO v_sums
    FROM (
        SELECT m.currency, sum(m.amount)::bigint AS amount
        FROM ledger.accounts AS a
        CROSS JOIN LATERAL (
            SELECT c.currency, c.amount FROM ledger.transfers AS c
            WHERE c.credit_account = a.id AND c.id >= v_first AND c.id < v_end
            UNION ALL
            SELECT d.currency, -d.amount FROM ledger.transfers AS d
            WHERE d.debit_account = a.id AND d.id >= v_first AND d.id < v_end
        ) AS m
        WHERE a.kind = 'tax'
        GROUP BY m.currency
    ) AS b
    WHERE b.amount <> 0;
    IF v_sums = (SELECT coalesce(jsonb_object_agg(d.currency, d.tax), '{}')
                 FROM (SELECT t.currency,
                              sum(CASE t.kind WHEN 'credit_note' THEN -t.document_tax ELSE t.document_tax END)::bigint
                              AS tax
                       FROM billing.tax_totals AS t WHERE t.day BETWEEN booked_taxes."from" AND booked_taxes."to"
                       GROUP BY t.currency) AS d
                 WHERE d.tax <> 0)
    THEN
        RETURN QUERY SELECT s.key::char(3), s.value::bigint FROM jsonb_each_text(v_sums) AS s;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT i.currency, sum(b.amount)::bigint
    FROM billing.documents_between(booked_taxes."from", booked_taxes."to") AS i
    -- By document: of a join the planner does not know how many there are, and would compare each with each.
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(CASE t.kind WHEN 'tax_returned' THEN -t.amount ELSE t.amount END), 0) AS amount
        FROM ledger.transfers AS t
        WHERE t.order_id = i.order_id AND t.reason = i.number AND t.currency = i.currency
          AND t.kind IN ('tax', 'tax_returned', 'tax_returned_reversed')
    ) AS b
    GROUP BY i.currency;
END $$;

GRANT EXECUTE ON FUNCTION billing.booked_taxes TO store_api;
