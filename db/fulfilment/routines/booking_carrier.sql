-- The carrier that must accept an order's parcel before its credit is captured: that of its shipping method, or else
-- the shop's. NULL if credit pays at once: the shop does not hold it, the carrier has no interface, nothing is shipped,
-- or credit does not pay all that is due.
-- Callers:   payments.begin_attempt. The caller holds the order.
CREATE OR REPLACE FUNCTION fulfilment.booking_carrier(order_id uuid, amount bigint)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT c.name
        FROM sales.settings AS s
        CROSS JOIN sales.orders AS o
        LEFT JOIN sales.shipping_methods AS m ON m.id = o.shipping_method_id
        JOIN fulfilment.carriers AS c ON c.name = CASE WHEN m.id IS NULL THEN s.booking_carrier ELSE m.carrier END
        WHERE s.credit_held_until_booked AND fulfilment.can_be_asked(c.name)
          AND o.id = booking_carrier.order_id
          AND o.shipping_address IS NOT NULL AND o.fulfilment_status <> 'not_needed'
          AND booking_carrier.amount = o.total - o.amount_paid
    );
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.booking_carrier TO store_api;
