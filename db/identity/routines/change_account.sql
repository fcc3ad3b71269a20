-- Changes the role of an account, suspends it or ends its suspension. NULL leaves a value unchanged. Suspending ends
-- every session and sends the customer a mail.
-- Callers:   api.change_account.
-- Locks:     all active admins in id order, then the account, then that of catalog.follow_seller.
-- Errors:    account_not_found 404; own_account_refused 403; account_closed, last_admin 409; version_stale 412;
--            forbidden 403 (the caller was demoted meanwhile).
-- Definer:   no policy allows a role or a status to be written.
CREATE OR REPLACE FUNCTION identity.change_account(account_id uuid, role text, status text, if_match bigint)
RETURNS identity.accounts
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.current_actor();
    v_admins CONSTANT uuid[] := identity.lock_admins();
    v_before identity.accounts;
    v_after  identity.accounts;
BEGIN
    IF v_actor <> ALL (v_admins) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'forbidden', MESSAGE = 'Your account may not do this.';
    END IF;
    SELECT * INTO v_before FROM identity.accounts AS a WHERE a.id = change_account.account_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'account_not_found',
            MESSAGE = 'There is no such account.';
    END IF;
    PERFORM identity.refuse_own_account(v_before.id);
    IF v_before.status = 'closed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'account_closed', MESSAGE = 'This account is closed.';
    ELSIF change_account.if_match <> v_before.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The account has changed since you read it.', HINT = 'Read it again.';
    END IF;

    UPDATE identity.accounts AS a
    SET role = coalesce(change_account.role, a.role), status = coalesce(change_account.status, a.status),
        version = a.version + 1
    WHERE a.id = v_before.id RETURNING a.* INTO STRICT v_after;
    -- The caller is an admin and changes another account, so one admin always stays; the rule is checked nevertheless.
    PERFORM identity.require_admin();

    IF v_after.role <> v_before.role THEN
        PERFORM messaging.record_event('account.role_changed', NULL, v_after.id,
                                       jsonb_build_object('role', v_after.role, 'previous_role', v_before.role,
                                                          'source', 'admin'));
    END IF;
    IF v_after.status <> v_before.status THEN
        PERFORM messaging.record_event(
            CASE v_after.status WHEN 'suspended' THEN 'account.suspended' ELSE 'account.reinstated' END, NULL,
            v_after.id, jsonb_build_object('role', v_after.role, 'status', v_after.status)
        );
    END IF;
    IF v_after.status = 'suspended' AND v_before.status <> 'suspended' THEN
        UPDATE identity.sessions AS s SET revoked_at = now() WHERE s.account_id = v_after.id AND s.revoked_at IS NULL;
        PERFORM messaging.enqueue_mail('account_suspended', v_after.id);
    END IF;
    RETURN v_after;
END $$;

GRANT EXECUTE ON FUNCTION identity.change_account TO store_api;
