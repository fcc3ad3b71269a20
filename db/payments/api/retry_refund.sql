-- Retries a failed refund as a new refund of the same amount and lines, because a gateway would take the same one as a
-- repeat.
-- Locks:  order (of a deposit: payment), payment, order lines, wallet.
-- Errors: confirmation_required, own_account_refused 403; refund_not_found 404, refund_not_failed, refund_reversed 409,
--         refund_retried_twice 409, refund_above_payment 409, refund_above_line 409, amount_step 422.
CREATE FUNCTION api.retry_refund(refund_id uuid)
RETURNS api.refund
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor      CONSTANT uuid := identity.authenticate();
    v_refund     payments.refunds;
    v_refundable bigint;
    v_retry_id   uuid;
BEGIN
    PERFORM identity.require_fresh();
    v_refund := payments.lock_refund(retry_refund.refund_id);
    PERFORM identity.refuse_own_account(v_refund.account_id);
    IF v_refund.status <> 'failed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_not_failed',
            MESSAGE = format('This refund is %s.', v_refund.status),
            HINT = 'Only a failed refund can be retried.';
    ELSIF payments.was_reversed(v_refund.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_reversed',
            MESSAGE = 'The dispute of this refund was won back: its money belongs to the shop.',
            HINT = 'Refund the payment.';
    END IF;
    IF EXISTS (SELECT FROM payments.refunds AS r WHERE r.retry_of = v_refund.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_retried_twice',
            MESSAGE = 'This refund has already been retried.',
            HINT = 'Retry the newer refund, or refund the payment.';
    END IF;
    SELECT least(p.amount_captured - p.amount_refunded,
                 v_refund.amount - v_refund.from_order + payments.refundable_from_order(p.id))
    INTO STRICT v_refundable FROM payments.payments AS p WHERE p.id = v_refund.payment_id;
    IF v_refund.amount > v_refundable AND NOT v_refund.owed THEN    -- what is owed is counted already
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_above_payment',
            MESSAGE = 'Refunds cannot exceed the amount that was paid.',
            DETAIL = json_build_object('refundable', v_refundable)::text;
    END IF;
    IF NOT v_refund.owed THEN
        PERFORM payments.require_rest(v_refund.payment_id, v_refund.amount - v_refund.from_order);
    END IF;
    PERFORM payments.require_step(p.provider, p.captured_currency, v_refund.amount)
    FROM payments.payments AS p WHERE p.id = v_refund.payment_id;

    v_retry_id := payments.repeat_refund(v_refund.id);
    SELECT * INTO STRICT v_refund FROM payments.refunds AS r WHERE r.id = v_retry_id;
    RETURN api.render_refund(v_refund);
END $$;

COMMENT ON FUNCTION api.retry_refund IS
'Retry a failed refund

Creates a new refund of the same amount and lines; `retry_of` names the failed one. Each failed refund can be retried
once.';

GRANT EXECUTE ON FUNCTION api.retry_refund TO app_support;
