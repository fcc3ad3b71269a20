-- Approves a merchant for payouts. Idempotent.
-- Callers:   api.approve_merchant.
-- Locks:     the account.
-- Errors:    account_not_found 404; own_account_refused 403; account_closed, not_a_merchant 409.
-- Definer:   no policy allows the approval to be written.
CREATE OR REPLACE FUNCTION identity.approve_merchant(account_id uuid)
RETURNS identity.accounts
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account identity.accounts;
BEGIN
    SELECT * INTO v_account FROM identity.accounts AS a WHERE a.id = approve_merchant.account_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'account_not_found',
            MESSAGE = 'There is no such account.';
    END IF;
    PERFORM identity.refuse_own_account(v_account.id);
    IF v_account.status = 'closed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'account_closed', MESSAGE = 'This account is closed.';
    ELSIF v_account.role NOT IN ('merchant', 'admin') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'not_a_merchant',
            MESSAGE = 'This account cannot sell.', HINT = 'Make it a merchant first.';
    ELSIF v_account.merchant_approved_at IS NULL THEN
        UPDATE identity.accounts AS a SET merchant_approved_at = now(), version = a.version + 1
        WHERE a.id = v_account.id RETURNING a.* INTO STRICT v_account;
        PERFORM messaging.record_event('account.merchant_approved', NULL, v_account.id,
            jsonb_build_object('role', v_account.role, 'status', v_account.status));
    END IF;
    RETURN v_account;
END $$;

GRANT EXECUTE ON FUNCTION identity.approve_merchant TO store_api;
