-- The newest 1,000 orders that were placed with an e-mail (of guests, above all), or by the account that has it.
-- Callers:   list_all_orders, search_shop.
-- Definer:   lower() is not leakproof, so under a policy its index could not be used. The function itself checks that
--            the caller is staff.
CREATE OR REPLACE FUNCTION sales.find_orders_by_email(email text)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF NOT identity.is_staff() THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT f.id FROM (
            (SELECT o.id FROM sales.orders AS o WHERE lower(o.email) = lower(find_orders_by_email.email)
             ORDER BY o.id DESC LIMIT 1000)
            UNION
            (SELECT o.id FROM sales.orders AS o
             WHERE o.account_id = (SELECT a.id FROM identity.accounts AS a
                                   WHERE lower(a.email) = lower(find_orders_by_email.email))
             ORDER BY o.id DESC LIMIT 1000)
        ) AS f ORDER BY f.id DESC LIMIT 1000);
END $$;

GRANT EXECUTE ON FUNCTION sales.find_orders_by_email TO store_api;
