-- Payouts with ids below one id, newest first. A filter (account, source, status) that is NULL matches all. The
-- caller's row security applies.
-- Callers:   api.list_withdrawals, api.list_payouts, api.list_all_payouts.
CREATE OR REPLACE FUNCTION payments.find_payouts(account_id uuid, source text, status text, before uuid, count integer)
RETURNS payments.payouts[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
    -- The filters are optional, so one generic plan would be bad for every combination.
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
