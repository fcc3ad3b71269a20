-- Payments below an id, newest first: of one provider, status and risk, or of any. NULL is no filter. The caller's row
-- security applies.
-- Callers:   api.list_all_payments.
CREATE OR REPLACE FUNCTION payments.find_payments(provider text, status text, risk text, before uuid, count integer)
RETURNS payments.payments[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
    -- Filters are optional: a plan for all cases would fit none.
    SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT p FROM payments.payments AS p
        WHERE p.id < find_payments.before
          AND (find_payments.provider IS NULL OR p.provider = find_payments.provider)
          AND (find_payments.status IS NULL OR p.status = find_payments.status)
          AND (find_payments.risk IS NULL OR p.risk_level = find_payments.risk
               OR find_payments.risk = 'unknown' AND p.risk_level IS NULL)
        ORDER BY p.id DESC LIMIT find_payments.count
    );
END $$;

GRANT EXECUTE ON FUNCTION payments.find_payments TO store_api;
