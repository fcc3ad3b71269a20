-- Sets all limits of one currency.
-- Locks:  the currency's row.
-- Errors: confirmation_required 403; currency_unknown, limits_out_of_order 422.
CREATE FUNCTION api.set_limits(
    currency api.currency, deposit_minimum api.amount, deposit_maximum api.amount, balance_maximum api.amount,
    withdrawal_minimum api.amount, credit_approval_above api.amount
)
RETURNS api.currency_limits
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_limits ledger.limits;
BEGIN
    PERFORM identity.require_fresh();
    PERFORM catalog.require_currency(set_limits.currency);
    IF set_limits.deposit_minimum > set_limits.deposit_maximum
       OR set_limits.deposit_minimum > set_limits.balance_maximum
         OR set_limits.withdrawal_minimum > set_limits.balance_maximum
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'limits_out_of_order',
            MESSAGE = 'These limits would allow no amount.',
            HINT = 'A minimum must not be above its maximum or above the maximum balance of a wallet.';
    END IF;
    INSERT INTO ledger.limits AS l (currency, deposit_minimum, deposit_maximum, balance_maximum, withdrawal_minimum,
                                    credit_approval_above)
    VALUES (set_limits.currency, set_limits.deposit_minimum, set_limits.deposit_maximum, set_limits.balance_maximum,
            set_limits.withdrawal_minimum, set_limits.credit_approval_above)
    ON CONFLICT ON CONSTRAINT limits_pkey DO UPDATE
    SET deposit_minimum = excluded.deposit_minimum, deposit_maximum = excluded.deposit_maximum,
        balance_maximum = excluded.balance_maximum, withdrawal_minimum = excluded.withdrawal_minimum,
        credit_approval_above = excluded.credit_approval_above
    RETURNING l.* INTO STRICT v_limits;
    RETURN api.render_limits(v_limits);
END $$;

COMMENT ON FUNCTION api.set_limits IS
'Set the limits of a currency

All of them, in minor units. Earlier requests keep the limits of their time.';

GRANT EXECUTE ON FUNCTION api.set_limits TO app_admin;
