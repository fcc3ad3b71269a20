-- What a gateway has withdrawn because of a dispute and not returned. Its itemised movements count more than the
-- statement that the amount was 'withdrawn' or 'reinstated'.
-- Callers:   settle_disputes.
CREATE OR REPLACE FUNCTION payments.withdrawn_by_dispute(dispute_id uuid)
RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT greatest(0, -coalesce(sum(m.amount) FILTER (WHERE m.reference NOT IN ('withdrawn', 'reinstated')),
                                 sum(m.amount), 0))::bigint
    FROM payments.dispute_movements AS m WHERE m.dispute_id = withdrawn_by_dispute.dispute_id
);

GRANT EXECUTE ON FUNCTION payments.withdrawn_by_dispute TO store_api;
