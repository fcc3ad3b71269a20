-- A return as a client reads it. Not an endpoint.
-- Callers:   api.approve_return, api.create_return, api.get_return, api.receive_return, api.reject_return,
--            api.render_return_page.
CREATE FUNCTION api.render_return(r fulfilment.returns)
RETURNS api.order_return
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(
        r.id, r.order_id, r.account_id, r.status, r.reason, r.rejection_reason,
        ARRAY(
            SELECT ROW(i.id, i.sku, i.name, p.quantity, p.quantity_received, p.quantity_restocked)::api.return_item
            FROM fulfilment.return_items AS p
            JOIN sales.order_items AS i ON i.id = p.order_item_id
            WHERE p.return_id = r.id
            ORDER BY i.id
        ),
        r.amount, (SELECT o.currency::text FROM sales.orders AS o WHERE o.id = r.order_id),
        ARRAY(SELECT l.refund_id FROM fulfilment.return_refunds AS l WHERE l.return_id = r.id ORDER BY l.refund_id),
        r.received_at, r.refunded_at, r.version, r.created_at
    )::api.order_return;
END $$;
