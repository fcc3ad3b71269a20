-- Where a payer returns to: return_url with payment_id and status added to its query.
-- Callers:   api.get_checkout_return.
CREATE OR REPLACE FUNCTION payments.return_address(return_url text, payment_id uuid, status text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN split_part(return_url, '#', 1)
    || CASE WHEN split_part(return_url, '#', 1) ~ '[?&]$' THEN ''
            WHEN strpos(split_part(return_url, '#', 1), '?') > 0 THEN '&' ELSE '?' END
    || 'payment_id=' || payment_id || '&status=' || status
    || CASE WHEN strpos(return_url, '#') > 0 THEN '#' || split_part(return_url, '#', 2) ELSE '' END;

GRANT EXECUTE ON FUNCTION payments.return_address TO store_api;
