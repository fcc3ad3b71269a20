-- Closes a difference with a person's explanation. It opens again when its amounts change.
-- Locks:  the difference.
-- Errors: own_account_refused 403; difference_not_found 404, difference_explained 409.
CREATE FUNCTION api.explain_difference(difference_id uuid, reason api.short_text)
RETURNS api.reconciliation_difference
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor      CONSTANT uuid := identity.authenticate();
    v_difference payments.reconciliation_differences;
BEGIN
    SELECT * INTO v_difference FROM payments.reconciliation_differences AS d
    WHERE d.id = explain_difference.difference_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'difference_not_found',
            MESSAGE = 'There is no such difference.';
    END IF;
    PERFORM identity.refuse_own_account(p.account_id)
    FROM payments.payments AS p WHERE p.id = v_difference.payment_id;
    IF v_difference.explained_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'difference_explained',
            MESSAGE = 'This difference has been explained already.';
    END IF;
    UPDATE payments.reconciliation_differences AS d
    SET reason = explain_difference.reason, explained_by = v_actor, explained_at = now()
    WHERE d.id = v_difference.id
    RETURNING d.* INTO v_difference;
    RETURN api.render_difference(v_difference);
END $$;

COMMENT ON FUNCTION api.explain_difference IS
'Explain a difference

Says why the gateway''s books and ours differ, and closes the difference. It opens again when its amounts change.';

GRANT EXECUTE ON FUNCTION api.explain_difference TO app_support;
