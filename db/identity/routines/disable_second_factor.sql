-- Removes the caller's own second factor. Where it is mandatory, the sessions may then only set up another one.
-- Callers:   api.disable_second_factor.
-- Locks:     the account, its sessions.
-- Errors:    second_factor_missing 404, code_required 403.
-- Definer:   writes second factors and sessions.
CREATE OR REPLACE FUNCTION identity.disable_second_factor()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account identity.accounts;
BEGIN
    v_account := identity.remove_second_factor(identity.current_actor());
    PERFORM identity.require_code();
    -- Sessions of outside identity providers have no refresh token, and second factors of their own.
    UPDATE identity.sessions AS s
    SET code_at = NULL,
        enrolling = identity.must_enrol(v_account)
            AND EXISTS (SELECT FROM identity.refresh_tokens AS t WHERE t.session_id = s.id)
    WHERE s.account_id = v_account.id AND s.revoked_at IS NULL;
    PERFORM identity.report_second_factor(v_account.id, 'disabled');
END $$;

GRANT EXECUTE ON FUNCTION identity.disable_second_factor TO store_api;
