-- Whether the caller may make a refund by hand alone. Either way it is recorded: done alone, it counts towards the
-- daily sums; otherwise it waits for a second person, as does one in a currency that the shop does not use (a gateway
-- may capture another one than asked), which has no limits. method is NULL for a refund of a manual payment.
-- Callers:   api.confirm_refund, api.settle_refund. The caller holds the order or the payment.
-- Locks:     those of ledger.needs_second_person.
-- Errors:    approval_pending 409.
CREATE OR REPLACE FUNCTION payments.make_by_hand(refund payments.refunds, method text, reference text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
    v_known   boolean;
    v_alone   boolean := false;
BEGIN
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = refund.payment_id;
    v_payment.captured_currency := coalesce(v_payment.captured_currency, v_payment.currency);
    v_known := EXISTS (SELECT FROM catalog.currencies AS c WHERE c.code = v_payment.captured_currency);
    IF v_known THEN
        v_alone := NOT ledger.needs_second_person(refund.account_id, refund.amount, v_payment.captured_currency);
    END IF;
    PERFORM ledger.add_staff_change('refund', CASE WHEN v_alone THEN 'completed' ELSE 'pending' END,
                                    refund.account_id,
                                    CASE WHEN v_known THEN refund.amount ELSE v_payment.amount END,
                                    CASE WHEN v_known THEN v_payment.captured_currency ELSE v_payment.currency END,
                                    refund.reason,
                                    jsonb_build_object('method', make_by_hand.method,
                                                       'reference', make_by_hand.reference), refund.id);
    RETURN v_alone;
END $$;

GRANT EXECUTE ON FUNCTION payments.make_by_hand TO store_api;
