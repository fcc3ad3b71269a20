-- The refund of ours that a gateway reports about: the one that has its id, else the one that the report names and
-- that has no id yet, else one of the same amount that waits to be sent. The last was made by hand at the gateway while
-- ours was waiting; sent as well, ours would give the money back twice.
-- Callers:   receive_refund_event, which holds the order.
-- Returns:   NULL if it was made at the gateway and we know nothing of it.
-- Locks:     none.
CREATE OR REPLACE FUNCTION payments.find_reported_refund(
    payment_id uuid, kind text, refund_id text, case_reference text, amount bigint
)
RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT r.id
    FROM payments.refunds AS r
    WHERE r.payment_id = find_reported_refund.payment_id
      AND CASE
          WHEN r.provider_reference IS NOT NULL
              THEN r.provider_reference = find_reported_refund.case_reference
                   OR find_reported_refund.case_reference IS NULL AND r.id::text = find_reported_refund.refund_id
          WHEN r.id::text = find_reported_refund.refund_id
              THEN r.status <> 'failed' OR find_reported_refund.kind = 'refund_failed'
                   OR find_reported_refund.case_reference IS NULL
          ELSE r.status = 'pending' AND r.amount = find_reported_refund.amount
               AND find_reported_refund.kind <> 'refund_failed'
               -- one of ours that is not here: made before this database was restored to an earlier moment
               AND NOT EXISTS (SELECT FROM payments.refunds AS n
                               WHERE n.id::text = find_reported_refund.refund_id AND n.id <> r.id)
      END
    ORDER BY r.provider_reference IS NULL, r.id::text <> coalesce(find_reported_refund.refund_id, ''), r.id
    LIMIT 1
);

GRANT EXECUTE ON FUNCTION payments.find_reported_refund TO store_api;
