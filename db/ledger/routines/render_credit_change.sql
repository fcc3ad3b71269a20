-- A change of credit as customer service reads it. Not an endpoint.
-- Callers:   api.decide_credit_change, api.deduct_credit, api.get_credit_change, api.grant_credit,
--            api.list_credit_changes.
CREATE FUNCTION api.render_credit_change(change ledger.credit_changes)
RETURNS api.credit_change
LANGUAGE sql IMMUTABLE
RETURN ROW(change.id, change.kind, change.account_id, change.amount, change.currency::text, change.reason,
           change.metadata, change.status, change.requested_by, change.decided_by, change.decided_at,
           change.transfer_id, change.gift_card_id, change.payment_id, change.refund_id,
           change.created_at)::api.credit_change;
