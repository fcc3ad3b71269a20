-- Compares what a gateway's books say of one payment with ours: books what it can explain, and notes what remains as
-- differences. Idempotent.
-- Callers:   api.reconcile_payment.
-- Returns:   agrees, booked or differs.
-- Locks:     order, payment, and those of book_movements and book_exchanges.
-- Errors:    payment_not_found 404.
CREATE OR REPLACE FUNCTION payments.reconcile_payment(payment_id uuid, since timestamptz, settled timestamptz)
RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment CONSTANT payments.payments := payments.lock_payment(reconcile_payment.payment_id);
    v_row     record;
    v_booked  boolean := false;
    v_differs boolean := false;
BEGIN
    BEGIN
        v_booked := payments.book_movements(v_payment.id);
    EXCEPTION WHEN check_violation OR SQLSTATE 'SH409' THEN
        NULL;    -- there is no room for it, as for a deposit that was spent: it stays a difference
    END;
    v_booked := payments.book_exchanges(v_payment.id) OR v_booked;
    FOR v_row IN
        SELECT * FROM payments.compare_books(ARRAY[v_payment.id], reconcile_payment.since, reconcile_payment.settled)
            AS c WHERE c.kind <> 'state'
    LOOP
        IF v_row.kind = 'fee' AND payments.book_fee(v_payment.id, v_row.ours, v_row.theirs, v_row.currency) THEN
            v_booked := true;
            v_row.ours := v_row.theirs;
        END IF;
        v_differs := payments.note_difference(v_payment.provider, v_row.kind || ':' || v_payment.id, v_row.kind,
                                              v_payment.id, v_row.ours, v_row.theirs, v_row.currency) OR v_differs;
    END LOOP;
    RETURN CASE WHEN v_differs THEN 'differs' WHEN v_booked THEN 'booked' ELSE 'agrees' END;
END $$;

GRANT EXECUTE ON FUNCTION payments.reconcile_payment TO store_api;
