-- Grants credit to a customer or deducts it. Up to the currency's limit, and the daily sums of recipient and caller, it
-- is booked at once; above them it waits for the approval of a second person.
-- Callers:   api.grant_credit, api.deduct_credit.
-- Locks:     those of needs_second_person, then the customer's credit account.
-- Errors:    account_not_found 404, account_closed, guest_without_wallet 409, own_account_refused 403,
--            currency_unknown 422, insufficient_funds 409.
CREATE OR REPLACE FUNCTION ledger.change_credit(
    kind text, account_id uuid, amount bigint, currency text, reason text, metadata jsonb
)
RETURNS ledger.credit_changes
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.current_actor();
    v_account CONSTANT identity.accounts := ledger.require_account(change_credit.account_id);
    v_change  ledger.credit_changes;
BEGIN
    IF change_credit.kind = 'grant' AND v_account.status = 'closed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'account_closed', MESSAGE = 'This account is closed.';
    END IF;
    IF v_account.role = 'guest' THEN
        PERFORM ledger.refuse_guest();
    END IF;
    PERFORM identity.refuse_own_account(v_account.id);

    v_change.id := uuidv7();
    v_change.status := CASE WHEN ledger.needs_second_person(v_account.id, change_credit.amount, change_credit.currency)
                            THEN 'pending' ELSE 'completed' END;
    IF v_change.status = 'completed' THEN
        v_change.transfer_id := ledger.post_credit(change_credit.kind, v_account.id, change_credit.amount,
                                                   change_credit.currency, change_credit.reason,
                                                   change_credit.metadata);
    ELSIF change_credit.kind = 'deduction' THEN
        PERFORM ledger.require_credit(ledger.open_account('credit', change_credit.currency, owner_id => v_account.id),
                                      change_credit.amount);
    END IF;
    INSERT INTO ledger.credit_changes AS c (id, kind, account_id, amount, currency, reason, metadata, status,
                                            requested_by, transfer_id)
    VALUES (v_change.id, change_credit.kind, v_account.id, change_credit.amount, change_credit.currency,
            change_credit.reason, coalesce(change_credit.metadata, '{}'), v_change.status, v_actor,
            v_change.transfer_id)
    RETURNING c.* INTO STRICT v_change;
    PERFORM ledger.record_credit_change(v_change);
    RETURN v_change;
END $$;

GRANT EXECUTE ON FUNCTION ledger.change_credit TO store_api;
