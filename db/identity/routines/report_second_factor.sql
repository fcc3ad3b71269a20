-- Records that something happened to the second factor of an account, and tells its owner by mail: a thief who has the
-- password would do the same. `change` is enabled, disabled, reset, recovery_code_used or recovery_codes_renewed.
-- Callers:   check_code, confirm_second_factor, disable_second_factor, renew_recovery_codes, reset_second_factor. Not
--            granted to store_api.
CREATE OR REPLACE FUNCTION identity.report_second_factor(account_id uuid, change text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM messaging.record_event(
        CASE report_second_factor.change
            WHEN 'enabled' THEN 'account.second_factor_enabled'
            WHEN 'disabled' THEN 'account.second_factor_disabled'
            WHEN 'reset' THEN 'account.second_factor_reset'
            WHEN 'recovery_code_used' THEN 'account.recovery_code_used'
            WHEN 'recovery_codes_renewed' THEN 'account.recovery_codes_renewed' END,
        NULL, a.id, jsonb_build_object('role', a.role, 'status', a.status))
    FROM identity.accounts AS a WHERE a.id = report_second_factor.account_id;
    PERFORM messaging.enqueue_mail('second_factor', report_second_factor.account_id,
                                   jsonb_build_object('change', report_second_factor.change));
END $$;
