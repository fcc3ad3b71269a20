-- Pays a merchant's earnings out: held at once, sent by the worker or a person.
-- Locks:  the merchant's earnings.
-- Errors: currency_unknown 422, insufficient_funds 409.
CREATE FUNCTION api.request_payout(amount api.amount, currency api.currency)
RETURNS api.payout
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM catalog.require_currency(request_payout.currency);
    RETURN api.render_payout(
        payments.request_payout(v_actor, 'earnings', request_payout.amount, request_payout.currency)
    );
END $$;

COMMENT ON FUNCTION api.request_payout IS
'Have earnings paid out

The amount is held at once and leaves the balance when it has been sent; if that fails it is free again. It cannot be
more than what is available.';

GRANT EXECUTE ON FUNCTION api.request_payout TO app_merchant;
