-- Changes of credit below an id, newest first: of one account or of all, in one status or in any. NULL is no filter.
-- The caller's row security applies.
-- Callers:   api.list_credit_changes.
CREATE OR REPLACE FUNCTION ledger.find_credit_changes(account_id uuid, status text, before uuid, count integer)
RETURNS ledger.credit_changes[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
    -- The filters are optional, so one generic plan would be bad for every combination.
    SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT c FROM ledger.credit_changes AS c
        WHERE c.id < find_credit_changes.before
          AND (find_credit_changes.account_id IS NULL OR c.account_id = find_credit_changes.account_id)
          AND (find_credit_changes.status IS NULL OR c.status = find_credit_changes.status)
        ORDER BY c.id DESC LIMIT find_credit_changes.count
    );
END $$;

GRANT EXECUTE ON FUNCTION ledger.find_credit_changes TO store_api;
