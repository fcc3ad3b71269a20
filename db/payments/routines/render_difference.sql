-- A difference between a gateway's books and ours as a client reads it. Not an endpoint.
-- Callers:   api.list_differences, api.explain_difference.
CREATE FUNCTION api.render_difference(difference payments.reconciliation_differences)
RETURNS api.reconciliation_difference
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    difference.id, difference.provider, difference.kind,
    CASE WHEN difference.explained_at IS NULL THEN 'open' ELSE 'explained' END, difference.payment_id,
    (SELECT p.order_id FROM payments.payments AS p WHERE p.id = difference.payment_id),
    difference.ours, difference.theirs, difference.currency::text, difference.reference, difference.reason,
    difference.explained_by, difference.explained_at, difference.created_at
)::api.reconciliation_difference;
