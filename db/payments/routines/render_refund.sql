-- A refund as a client reads it, with its amounts per line; a line without an id is the shipping. Not an endpoint.
-- Callers:   api.confirm_refund, api.create_refund, api.get_refund, api.list_all_refunds, api.list_refunds,
--            api.retry_refund.
CREATE FUNCTION api.render_refund(refund payments.refunds)
RETURNS api.refund
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    refund.id, refund.payment_id, refund.order_id, refund.status, refund.amount,
    (SELECT coalesce(p.captured_currency, p.currency)::text FROM payments.payments AS p WHERE p.id = refund.payment_id),
    refund.reason,
    ARRAY(SELECT ROW(i.order_item_id, i.product_id, i.quantity, i.amount)::api.refund_item
          FROM payments.refund_items AS i
          WHERE i.refund_id = refund.id
          ORDER BY i.order_item_id NULLS LAST, i.product_id),
    refund.failure_code, refund.retry_of, refund.settled_by, refund.settled_reference, refund.created_at,
    CASE WHEN refund.status <> 'completed'
         THEN (SELECT c.id FROM ledger.credit_changes AS c
               WHERE c.refund_id = refund.id AND c.status = 'pending') END
)::api.refund;
