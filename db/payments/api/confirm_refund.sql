-- Confirms that a person has given the money of a manual payment back. Idempotent.
-- Locks:  order (of a deposit: payment), refund, ledger accounts.
-- Errors: confirmation_required, own_account_refused 403; refund_not_found 404, payment_not_manual, approval_pending
--         409.
CREATE FUNCTION api.confirm_refund(refund_id uuid, reference api.short_text DEFAULT NULL)
RETURNS api.refund
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_refund payments.refunds;
BEGIN
    PERFORM identity.require_fresh();
    v_refund := payments.lock_refund(confirm_refund.refund_id);
    PERFORM identity.refuse_own_account(v_refund.account_id);
    IF NOT EXISTS (
        SELECT FROM payments.payments AS p JOIN payments.providers AS v ON v.name = p.provider
        WHERE p.id = v_refund.payment_id AND v.kind = 'manual')
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_not_manual',
            MESSAGE = 'The provider of this payment confirms its refunds.',
            HINT = 'Only refunds of cash and bank transfers are confirmed by hand.';
    END IF;
    IF v_refund.status <> 'pending' OR payments.make_by_hand(v_refund, NULL, confirm_refund.reference) THEN
        PERFORM payments.mark_refund_completed(v_refund.id, confirm_refund.reference);
    END IF;
    SELECT * INTO STRICT v_refund FROM payments.refunds AS r WHERE r.id = v_refund.id;
    RETURN api.render_refund(v_refund);
END $$;

COMMENT ON FUNCTION api.confirm_refund IS
'Confirm a refund made by hand

For payments by cash on delivery and bank transfer, after the money has been given back. Above the limits of
credit the refund stays pending until a second person approves it (`approval_id`, see GET /credits/approvals).';

GRANT EXECUTE ON FUNCTION api.confirm_refund TO app_support;
