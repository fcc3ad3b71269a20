-- What a gateway's books say of payments, and what ours say: a row for each payment and kind, in minor units. What the
-- gateway may not have entered yet is left out; so is, for a payment that is older than what was read of its books,
-- everything before `since`. Rows of the kind `state`: how many refunds and disputes have ended there and not here, and
-- how many exchanges are not booked.
-- Callers:   reconcile_payment, api.list_payments_to_reconcile.
CREATE OR REPLACE FUNCTION payments.compare_books(payment_ids uuid[], since timestamptz, settled timestamptz)
RETURNS TABLE (payment_id uuid, kind text, ours bigint, theirs bigint, currency text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH compared AS (
        SELECT p.id, p.provider, p.amount_captured, coalesce(p.captured_currency, p.currency)::text AS currency,
               t.captured, t.captured_currency, t.refunded, t.disputed, t.fee, t.fee_currency,
               t.has_captured OR coalesce(p.completed_at >= compare_books.since, false) AS whole,
               t.has_captured OR p.completed_at BETWEEN compare_books.since AND compare_books.settled AS is_due
        FROM payments.payments AS p
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(m.amount) FILTER (WHERE m.kind = 'captured'), 0)::bigint AS captured,
                   min(m.currency) FILTER (WHERE m.kind = 'captured') AS captured_currency,
                   coalesce(bool_or(m.kind = 'captured'), false) AS has_captured,
                   coalesce(-sum(m.amount) FILTER (WHERE m.kind = 'refunded'), 0)::bigint AS refunded,
                   coalesce(-sum(m.amount) FILTER (WHERE m.kind = 'disputed'), 0)::bigint AS disputed,
                   coalesce(sum(m.fee), 0)::bigint AS fee,
                   min(m.fee_currency) FILTER (WHERE m.fee <> 0) AS fee_currency
            FROM payments.gateway_movements AS m WHERE m.payment_id = p.id
        ) AS t
        WHERE p.id = ANY (compare_books.payment_ids)
    )
    SELECT c.id, 'captured', c.amount_captured, c.captured, coalesce(c.captured_currency::text, c.currency)
    FROM compared AS c WHERE c.is_due
    UNION ALL
    SELECT c.id, 'refunded', coalesce((
        SELECT sum(r.amount) FROM payments.refunds AS r
        WHERE r.payment_id = c.id AND r.status <> 'failed' AND r.settled_by IS NULL
          -- The money of a lost dispute is not a refund at the gateway.
          AND NOT EXISTS (SELECT FROM payments.disputes AS d WHERE d.refund_id = r.id)
          AND (EXISTS (SELECT FROM payments.gateway_movements AS m
                       WHERE m.payment_id = c.id AND m.kind = 'refunded'
                         AND (m.case_reference = r.provider_reference OR m.refund_id = r.id::text))
               OR r.status = 'completed' AND r.completed_at <= compare_books.settled
                  AND (c.whole OR r.completed_at >= compare_books.since))
    ), 0)::bigint, c.refunded, c.currency
    FROM compared AS c
    UNION ALL
    SELECT c.id, 'disputed', coalesce((
        SELECT sum(payments.withdrawn_by_dispute(d.id)) FROM payments.disputes AS d
        WHERE d.payment_id = c.id
          AND (EXISTS (SELECT FROM payments.gateway_movements AS m
                       WHERE m.payment_id = c.id AND m.kind = 'disputed' AND m.case_reference = d.case_reference)
               OR d.created_at <= compare_books.settled AND (c.whole OR d.created_at >= compare_books.since))
    ), 0)::bigint, c.disputed, c.currency
    FROM compared AS c
    UNION ALL
    SELECT c.id, 'fee', coalesce((
        SELECT sum(CASE WHEN d.kind = 'fees' THEN t.amount ELSE -t.amount END)
        FROM ledger.transfers AS t
        JOIN ledger.accounts AS d ON d.id = t.debit_account
        JOIN ledger.accounts AS k ON k.id = t.credit_account
        WHERE t.payment_id = c.id AND t.kind LIKE '%fee%' AND 'fees' IN (d.kind, k.kind)
          AND t.currency = c.fee_currency
    ), 0)::bigint, c.fee, coalesce(c.fee_currency::text, c.currency)
    FROM compared AS c
    UNION ALL
    SELECT c.id, 'state', 0, count(*), c.currency
    FROM compared AS c
    JOIN payments.gateway_movements AS m ON m.payment_id = c.id
    WHERE m.settled_currency IS NOT NULL AND NOT m.exchanged
       OR EXISTS (SELECT FROM payments.refunds AS r
                  WHERE r.payment_id = c.id AND r.status = 'pending' AND m.status IN ('completed', 'failed')
                    AND m.kind = 'refunded' AND (m.case_reference = r.provider_reference OR m.refund_id = r.id::text))
       OR EXISTS (SELECT FROM payments.disputes AS d
                  WHERE d.payment_id = c.id AND d.status <> m.status AND NOT payments.dispute_has_ended(d.status)
                    AND m.kind = 'disputed' AND m.case_reference = d.case_reference)
    GROUP BY c.id, c.currency;
$$;

GRANT EXECUTE ON FUNCTION payments.compare_books TO store_api;
