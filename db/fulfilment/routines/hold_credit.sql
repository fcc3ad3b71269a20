-- A purchase with credit that is to be sent: the credit is held, the goods stay reserved, and the carrier is asked from
-- the queue. What comes of that posts the hold (complete_booking) or voids it (fail_booking, release_credit). What the
-- parcel holds is the order's lines, decided when it is booked: an order that is changed meanwhile has its payment
-- cancelled, and this shipment with it.
-- Called by: payments.begin_attempt.
-- Errors:    insufficient_funds 409, order_booked_twice 409.
-- Locks:     the payer's credit; the caller holds the order.
CREATE OR REPLACE FUNCTION fulfilment.hold_credit(payment_id uuid, carrier text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment  payments.payments;
    v_shipment fulfilment.shipments;
    v_until    timestamptz;
BEGIN
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = hold_credit.payment_id;
    SELECT now() + s.booking_time_to_live INTO STRICT v_until FROM sales.settings AS s;
    INSERT INTO fulfilment.shipments AS s (order_id, account_id, payment_id, carrier, asks_carrier, address,
                                           book_until, requested_by)
    SELECT o.id, o.account_id, v_payment.id, hold_credit.carrier, true, o.shipping_address, v_until,
           identity.current_actor()
    FROM sales.orders AS o WHERE o.id = v_payment.order_id
    RETURNING s.* INTO STRICT v_shipment;

    -- The attempt and the order outlive the asking: the carrier's answer ends them, not their time.
    UPDATE payments.payments AS p
    SET status = 'authorized', expires_at = v_until + interval '1 day', version = p.version + 1,
        hold_id = ledger.hold_amount(payments.open_source_account(p.provider, p.currency, p.account_id),
                                     ledger.open_account('sales', p.currency),
                                     p.amount, 'payment', order_id => p.order_id, payment_id => p.id)
    WHERE p.id = v_payment.id;
    UPDATE sales.orders AS o
    SET expires_at = greatest(o.expires_at, v_until + interval '1 day'), version = o.version + 1
    WHERE o.id = v_payment.order_id;

    PERFORM messaging.record_event('payment.authorized', v_payment.order_id, v_payment.account_id,
                                   jsonb_build_object('payment_id', v_payment.id));
    PERFORM fulfilment.record_shipment_event(v_shipment, 'created');
    PERFORM messaging.enqueue_job('book_shipment', jsonb_build_object('shipment_id', v_shipment.id));
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.hold_credit TO store_api;
