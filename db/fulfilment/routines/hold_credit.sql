-- A purchase with credit of goods that have to be sent: holds the credit, keeps the goods reserved, and enqueues the
-- booking at the carrier. complete_booking then posts the hold; fail_booking or release_credit voids it. The parcel
-- contains the order's lines as they are when it is booked: a change of the order cancels its payment and this
-- shipment.
-- Callers:   payments.begin_attempt.
-- Locks:     the payer's credit. The caller holds the order.
-- Errors:    insufficient_funds 409, order_booked_twice 409.
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

    -- The attempt and the order must not expire before the carrier answers.
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
                                   payments.payment_data(v_payment, 'authorized'));
    PERFORM fulfilment.record_shipment_event(v_shipment, 'created');
    PERFORM messaging.enqueue_job('book_shipment', jsonb_build_object('shipment_id', v_shipment.id));
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.hold_credit TO store_api;
