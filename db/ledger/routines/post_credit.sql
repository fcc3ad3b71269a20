-- Books a grant (out of the shop's grants) or a deduction (back to them).
-- Callers:   change_credit, approve_credit_change.
-- Locks:     the customer's credit account.
-- Errors:    insufficient_funds 409.
CREATE OR REPLACE FUNCTION ledger.post_credit(
    kind text, account_id uuid, amount bigint, currency text, reason text, metadata jsonb
)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_credit CONSTANT uuid := ledger.open_account('credit', post_credit.currency, owner_id => post_credit.account_id);
    v_grants CONSTANT uuid := ledger.open_account('grants', post_credit.currency);
BEGIN
    IF post_credit.kind = 'grant' THEN
        RETURN ledger.post_transfer(v_grants, v_credit, post_credit.amount, 'grant', reason => post_credit.reason,
                                    metadata => post_credit.metadata);
    END IF;
    PERFORM ledger.require_credit(v_credit, post_credit.amount);
    RETURN ledger.post_transfer(v_credit, v_grants, post_credit.amount, 'deduction', reason => post_credit.reason,
                                metadata => post_credit.metadata);
END $$;

GRANT EXECUTE ON FUNCTION ledger.post_credit TO store_api;
