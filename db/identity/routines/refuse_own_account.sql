-- Four eyes: refuses the call if a member of staff acts on an account of their own. Nobody approves, confirms, refunds,
-- releases, unlocks, ships or takes anything of their own; a colleague does. Without a caller from the staff (a
-- service, a customer) and for NULL (there is no owner) it does nothing.
-- Callers:   the functions that support and admins may call and customers may not, once the owner is known.
--            tests/security/test_four_eyes.py calls each of them and lists those that have no owner.
-- Errors:    own_account_refused 403.
CREATE OR REPLACE FUNCTION identity.refuse_own_account(account_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF refuse_own_account.account_id = identity.current_actor()
       AND identity.current_audience() IN ('support', 'admin')
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'own_account_refused',
            MESSAGE = 'You cannot do this for your own account.', HINT = 'Ask a colleague.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION identity.refuse_own_account TO store_api;
