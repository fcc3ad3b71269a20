-- How often a promotion was used by others who are the same person, as far as the shop can tell: guests who ordered
-- with the e-mail of this account or order, and the account that has the e-mail of this order. Otherwise a code for
-- one use a customer could be used any number of times: a guest costs nothing.
-- Callers:   find_promotion.
-- Definer:   reads accounts and orders of others.
CREATE OR REPLACE FUNCTION sales.count_uses_by_email(promotion_id uuid, account_id uuid, email text)
RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_email CONSTANT text := lower(coalesce(
        count_uses_by_email.email,
        (SELECT a.email FROM identity.accounts AS a WHERE a.id = count_uses_by_email.account_id)));
BEGIN
    RETURN (
        SELECT count(*) FROM sales.orders AS o JOIN sales.promotion_uses AS u ON u.order_id = o.id
        WHERE lower(o.email) = v_email AND o.account_id <> count_uses_by_email.account_id
          AND u.promotion_id = count_uses_by_email.promotion_id AND u.released_at IS NULL
    ) + (
        SELECT count(*) FROM identity.accounts AS a JOIN sales.promotion_uses AS u ON u.account_id = a.id
        JOIN sales.orders AS o ON o.id = u.order_id
        WHERE lower(a.email) = v_email AND a.id <> count_uses_by_email.account_id
          AND u.promotion_id = count_uses_by_email.promotion_id AND u.released_at IS NULL
          AND lower(o.email) IS DISTINCT FROM v_email
    );
END $$;
