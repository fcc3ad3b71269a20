-- How many pieces of an order's line are still to be shipped: not in a parcel, not back in stock, and not refunded.
-- Refunded pieces count as ones that have not left, unless as many went back into stock or came back. A line whose
-- whole price went back is owed no more, however it was refunded. Inlined into the queries that ask: no SET.
-- Callers:   make_shipment, fulfilment_status_of, check_fulfilment, restock_rest, api.ship_order, api.render_item.
CREATE OR REPLACE FUNCTION sales.owed_pieces(o sales.orders, i sales.order_items)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN o.paid_at IS NULL OR o.status = 'cancelled' OR NOT i.requires_shipping
         OR o.amount_refunded > 0 AND o.amount_refunded = o.amount_paid
         OR i.amount_refunded > 0 AND i.amount_refunded = i.total THEN 0
    ELSE greatest(0, i.quantity - i.quantity_shipped - i.quantity_withdrawn
                  - greatest(0, i.quantity_refunded - i.quantity_withdrawn - i.quantity_came_back))
END;

GRANT EXECUTE ON FUNCTION sales.owed_pieces TO store_api;
