-- A payout as a client reads it: provider ids masked. Not an endpoint.
-- Callers:   api.confirm_payout, api.get_payout, api.reject_payout, api.render_payout_page, api.request_payout,
--            api.request_withdrawal.
CREATE FUNCTION api.render_payout(payout payments.payouts)
RETURNS api.payout
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(payout.id, payout.account_id, payout.source, payout.status, payout.amount, payout.currency::text,
           payments.mask_reference(payout.provider_reference), payout.failure_code, payout.completed_at,
           payout.created_at)::api.payout;
