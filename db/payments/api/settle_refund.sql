-- Settles a failed refund in another way: the money goes by bank transfer or in cash, which a person has done, or into
-- the payer's wallet or credit, which happens here. Above the limits of credit a second person approves it.
-- Staff do not settle refunds to their own account.
-- Locks:  order (of a deposit: payment), refund, order lines, merchants' earnings, the payer's ledger account.
-- Errors: confirmation_required 403; refund_not_found 404, own_account_refused 403, refund_not_failed 409,
--         refund_reversed, refund_retried_twice, approval_pending, payment_disputed, refund_above_payment,
--         refund_above_line 409, insufficient_funds 409 (a spent deposit).
CREATE FUNCTION api.settle_refund(refund_id uuid, method api.settlement_method, reference api.short_text)
RETURNS api.refund
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_refund payments.refunds;
BEGIN
    PERFORM identity.require_fresh();
    v_refund := payments.lock_refund(settle_refund.refund_id);
    PERFORM identity.refuse_own_account(v_refund.account_id);
    PERFORM payments.require_failed(v_refund);
    IF payments.make_by_hand(v_refund, settle_refund.method, settle_refund.reference) THEN
        v_refund := payments.settle_refund(v_refund.id, settle_refund.method, settle_refund.reference);
    END IF;
    RETURN api.render_refund(v_refund);
END $$;

COMMENT ON FUNCTION api.settle_refund IS
'Settle a failed refund in another way

For a refund that failed or that the payer''s bank sent back. `wallet` and `credit` book the money there at once; for
`bank_transfer` and `cash`, send or hand over the money first. `reference` is that of the bank or the receipt. Above the
limits of credit the refund stays failed until a second person approves it (`approval_id`, see
GET /credits/approvals).';

GRANT EXECUTE ON FUNCTION api.settle_refund TO app_support;
