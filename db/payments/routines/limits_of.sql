-- What a provider takes of a currency; NULL if it takes any amount.
-- Callers:   require_payable, require_step, refund_lines, api.begin_payment, api.create_refund.
CREATE OR REPLACE FUNCTION payments.limits_of(provider text, currency text)
RETURNS payments.provider_limits
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT l FROM payments.provider_limits AS l
    WHERE l.provider = limits_of.provider AND l.currency IN (limits_of.currency, '*')
    ORDER BY l.currency = '*' LIMIT 1
);

GRANT EXECUTE ON FUNCTION payments.limits_of TO store_api;
