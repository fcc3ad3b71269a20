-- Whether the caller may make a refund by hand alone. Either way it is recorded: done alone, it counts towards the
-- daily sums; otherwise it waits for a second person. method is NULL for a refund of a manual payment.
-- Callers:   api.confirm_refund, api.settle_refund. The caller holds the order or the payment.
-- Locks:     those of ledger.needs_second_person.
-- Errors:    approval_pending 409.
CREATE OR REPLACE FUNCTION payments.make_by_hand(refund payments.refunds, method text, reference text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_currency CONSTANT text := (SELECT coalesce(p.captured_currency, p.currency)
                                 FROM payments.payments AS p WHERE p.id = refund.payment_id);
    v_alone    CONSTANT boolean := NOT ledger.needs_second_person(refund.account_id, refund.amount, v_currency);
BEGIN
    PERFORM ledger.add_staff_change('refund', CASE WHEN v_alone THEN 'completed' ELSE 'pending' END,
                                    refund.account_id, refund.amount, v_currency, refund.reason,
                                    jsonb_build_object('method', make_by_hand.method,
                                                       'reference', make_by_hand.reference), refund.id);
    RETURN v_alone;
END $$;

GRANT EXECUTE ON FUNCTION payments.make_by_hand TO store_api;
