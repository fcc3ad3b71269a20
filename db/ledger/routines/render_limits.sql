-- Limits as clients see them. Not an endpoint.
-- Callers:   api.list_limits, api.set_limits.
CREATE FUNCTION api.render_limits(limits ledger.limits)
RETURNS api.currency_limits
LANGUAGE sql IMMUTABLE
RETURN ROW(limits.currency::text, limits.deposit_minimum, limits.deposit_maximum, limits.balance_maximum,
           limits.withdrawal_minimum,
           limits.credit_approval_above)::api.currency_limits;
