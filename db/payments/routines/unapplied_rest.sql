-- What is left of a payment and was not applied to its order (a surplus, or money that came back). Correct only while
-- the caller holds the order.
-- Callers:   apply_again, require_rest.
CREATE OR REPLACE FUNCTION payments.unapplied_rest(payment_id uuid)
RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT p.amount_captured - p.amount_refunded - payments.refundable_from_order(p.id)
    FROM payments.payments AS p WHERE p.id = unapplied_rest.payment_id
);

GRANT EXECUTE ON FUNCTION payments.unapplied_rest TO store_api;
