-- Ten new recovery codes for the caller; the earlier ones are void.
-- Callers:   api.renew_recovery_codes.
-- Locks:     the account.
-- Errors:    second_factor_missing 404, code_required 403.
-- Definer:   writes recovery codes.
CREATE OR REPLACE FUNCTION identity.renew_recovery_codes()
RETURNS text[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.current_actor();
BEGIN
    PERFORM FROM identity.accounts AS a WHERE a.id = v_actor FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM identity.second_factors AS f
                   WHERE f.account_id = v_actor AND f.confirmed_at IS NOT NULL)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'second_factor_missing',
            MESSAGE = 'This account has no second factor.';
    END IF;
    PERFORM identity.require_code();
    PERFORM identity.report_second_factor(v_actor, 'recovery_codes_renewed');
    RETURN identity.make_recovery_codes(v_actor);
END $$;

GRANT EXECUTE ON FUNCTION identity.renew_recovery_codes TO store_api;
