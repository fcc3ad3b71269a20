-- A refund as a client reads it. Not an endpoint.
CREATE FUNCTION api.render_refund(refund payments.refunds)
RETURNS api.refund
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(refund.id, refund.payment_id, refund.status, refund.amount, refund.reason, refund.created_at)::api.refund;
