-- Announces that pieces of an order will be returned: customers of their own orders; staff of any order, on behalf of
-- its customer, to whom the return belongs. Staff cannot approve a return of their own.
-- Locks:  the order, its lines.
-- Errors: order_not_found, order_item_not_found 404; return_empty, line_twice_in_return 422; return_window_over,
--         return_above_shipped 409.
CREATE FUNCTION api.create_return(order_id uuid, items api.return_lines, reason api.short_text)
RETURNS api.order_return
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
    v_return_id uuid;
BEGIN
    v_order := fulfilment.lock_order(create_return.order_id);
    v_return_id := fulfilment.request_return(v_order.id,
                                             ARRAY(SELECT i.order_item_id FROM unnest(create_return.items) AS i),
                                             ARRAY(SELECT i.quantity::integer FROM unnest(create_return.items) AS i),
                                             create_return.reason);
    RETURN api.render_return(r) FROM fulfilment.returns AS r WHERE r.id = v_return_id;
END $$;

COMMENT ON FUNCTION api.create_return IS
'Return pieces of an order

Only pieces that were shipped, and were not delivered longer ago than the shop accepts returns. The shop approves or
rejects the return; send the goods after the approval. Their price is refunded, through the payments of the order, when
they have arrived. Customers return their own orders; customer service announces returns for any customer.';

GRANT EXECUTE ON FUNCTION api.create_return TO app_customer;
