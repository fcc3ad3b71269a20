-- Whether a failed refund waits for customer service: its money is still owed or still there, nobody has retried it,
-- and it was not a dispute's that was won back.
-- Callers:   leave_to_support, report.count_work. monitor.take_figures has it inline.
CREATE OR REPLACE FUNCTION payments.waits_for_support(refund_id uuid)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id
        WHERE r.id = waits_for_support.refund_id AND r.status = 'failed'
          AND (r.owed OR r.amount <= p.amount_captured - p.amount_refunded)
          AND NOT EXISTS (SELECT FROM payments.refunds AS n WHERE n.retry_of = r.id)
          AND NOT payments.was_reversed(r.id)
    );
$$;

GRANT EXECUTE ON FUNCTION payments.waits_for_support TO store_api;
