-- What the page shows to which a gateway sends the payer back: of the payment only order number, amount and status, for
-- the address with the payment's id is all that a browser brings. Without a payment (no id, or an unknown one) only the
-- shop.
-- Callers:   the web tier.
CREATE TYPE api.checkout_return AS (
    shop text, shop_url text, order_number text, amount bigint, currency text, minor_units smallint, status text,
    settled boolean, return_url text
);
COMMENT ON COLUMN api.checkout_return.shop_url IS 'The first of the origins that payers may return to.';
COMMENT ON COLUMN api.checkout_return.settled IS 'Whether the payer has nothing to wait for.';

CREATE FUNCTION api.get_checkout_return(payment_id uuid DEFAULT NULL)
RETURNS api.checkout_return
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_answer api.checkout_return;
BEGIN
    PERFORM identity.authenticate_service('gateway');
    SELECT s.name, (SELECT t.return_origins[1] FROM sales.settings AS t), o.number::text, p.amount, p.currency::text,
           c.minor_units, p.status, p.status NOT IN ('initiated', 'open'),
           payments.return_address(p.return_url, p.id, p.status)
    INTO v_answer
    FROM (SELECT l.name FROM billing.sellers AS l ORDER BY l.version DESC LIMIT 1) AS s
    LEFT JOIN payments.payments AS p ON p.id = get_checkout_return.payment_id
    LEFT JOIN sales.orders AS o ON o.id = p.order_id
    LEFT JOIN catalog.currencies AS c ON c.code = p.currency;
    RETURN v_answer;
END $$;

COMMENT ON FUNCTION api.get_checkout_return IS
'What a returning payer sees

For the gateway service: the page after the checkout.';

GRANT EXECUTE ON FUNCTION api.get_checkout_return TO app_gateway;
