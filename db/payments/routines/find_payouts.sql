-- Payouts below an id, newest first: of one account or of all, from one source or any, in one status or any. NULL is no
-- filter. The caller's row security applies.
-- Called by: api.list_withdrawals, api.list_payouts, api.list_all_payouts.
CREATE OR REPLACE FUNCTION payments.find_payouts(account_id uuid, source text, status text, before uuid, count integer)
RETURNS payments.payouts[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
    -- Filters are optional: a plan for all cases would fit none.
    SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT p FROM payments.payouts AS p
        WHERE p.id < find_payouts.before
          AND (find_payouts.account_id IS NULL OR p.account_id = find_payouts.account_id)
          AND (find_payouts.source IS NULL OR p.source = find_payouts.source)
          AND (find_payouts.status IS NULL OR p.status = find_payouts.status)
        ORDER BY p.id DESC LIMIT find_payouts.count
    );
END $$;

GRANT EXECUTE ON FUNCTION payments.find_payouts TO store_api;
