-- Counts the uses of an order's promotion codes (one, or several separated by commas) in the order's transaction.
-- Concurrent orders cannot exceed a limit, since each waits for the one before. price_order() computes the discount.
-- Callers:   place_order.
-- Locks:     promotions with a total limit, in id order; for those with a limit per account, an advisory lock of
--            promotion and e-mail (or account, if there is none).
-- Errors:    those of refuse_promotion.
-- Definer:   customers may not read or write promotions.
CREATE OR REPLACE FUNCTION sales.use_promotions(order_id uuid, account_id uuid, promo_code text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_codes     CONSTANT text[] := ARRAY(
        SELECT upper(c.code)
        FROM regexp_split_to_table(trim(use_promotions.promo_code), '\s*[,\s]\s*') WITH ORDINALITY AS c (code, n)
        WHERE c.code <> '' GROUP BY upper(c.code) ORDER BY min(c.n));
    v_code      text;
    v_promotion record;
    v_email     text;
    v_person    text;
BEGIN
    IF v_codes = '{}' THEN
        PERFORM sales.refuse_promotion('promo_code_unknown');
    END IF;
    PERFORM
    FROM sales.promotions AS p
    WHERE p.code = ANY (v_codes) AND p.total_uses IS NOT NULL
    ORDER BY p.id
    FOR NO KEY UPDATE;
    -- The same person as a guest and with an account has one e-mail.
    SELECT o.email, coalesce(lower(coalesce(o.email, a.email)), a.id::text) INTO STRICT v_email, v_person
    FROM sales.orders AS o JOIN identity.accounts AS a ON a.id = use_promotions.account_id
    WHERE o.id = use_promotions.order_id;
    PERFORM pg_advisory_xact_lock(hashtextextended(p.id::text || v_person, 0))
    FROM (SELECT x.id
          FROM sales.promotions AS x
          WHERE x.code = ANY (v_codes) AND x.uses_per_account IS NOT NULL
          ORDER BY x.id) AS p;
    FOREACH v_code IN ARRAY v_codes LOOP
        v_promotion := sales.find_promotion(v_code, use_promotions.account_id, v_email);
        IF v_promotion.reason IS NOT NULL THEN
            PERFORM sales.refuse_promotion(v_promotion.reason);
        ELSIF NOT v_promotion.stackable AND cardinality(v_codes) > 1 THEN
            PERFORM sales.refuse_promotion('promo_not_stackable');
        END IF;
        INSERT INTO sales.promotion_uses (promotion_id, order_id, account_id)
        VALUES (v_promotion.id, use_promotions.order_id, use_promotions.account_id);
        UPDATE sales.promotions AS p SET uses = p.uses + 1 WHERE p.id = v_promotion.id AND p.total_uses IS NOT NULL;
    END LOOP;
    UPDATE sales.orders AS o SET promo_code = array_to_string(v_codes, ',') WHERE o.id = use_promotions.order_id;
END $$;

GRANT EXECUTE ON FUNCTION sales.use_promotions TO store_api;
