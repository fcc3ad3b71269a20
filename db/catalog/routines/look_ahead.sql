-- The next products of a list, in its order, whether they are for sale or not, and whether these are all. By price, the
-- variants of a product stand for it. NULL if no index has this order.
-- Callers:   next_products.
-- Plans:     always generic. Therefore each condition on an index has no OR, and default bounds if there is no cursor.
--            LIMIT 500 (no window is larger) makes the planner read only the beginning of an index, which it would not
--            do for a parameter.
CREATE OR REPLACE FUNCTION catalog.look_ahead(
    sort text, key text, after uuid, "window" integer, categories uuid[], merchant uuid, currency text,
    min_price bigint, max_price bigint, OUT ids uuid[], OUT complete boolean
)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_before CONSTANT uuid := coalesce(after, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_after  CONSTANT uuid := coalesce(after, '00000000-0000-0000-0000-000000000000');
    v_least  CONSTANT bigint := coalesce(min_price, 0);
    v_most   CONSTANT bigint := coalesce(max_price, 9223372036854775807);
    v_time   timestamptz;
    v_name   text;
    v_amount bigint;
    v_all    boolean;    -- all products, not only those of a category or a merchant
BEGIN
    IF sort = 'newest' THEN
        v_time := coalesce(key, 'infinity');
        IF num_nonnulls(categories, merchant) = 0 THEN
            ids := ARRAY(
                SELECT w.id
                FROM (
                    SELECT p.id FROM catalog.products AS p
                    WHERE p.deleted_at IS NULL AND p.parent_id IS NULL
                      AND (p.created_at, p.id) < (v_time, v_before)
                    ORDER BY p.created_at DESC, p.id DESC LIMIT 500
                ) AS w LIMIT look_ahead."window");
        ELSIF merchant IS NULL THEN
            ids := ARRAY(
                SELECT w.id
                FROM unnest(categories) AS c (id)
                CROSS JOIN LATERAL (
                    SELECT n.id, n.created_at
                    FROM (
                        SELECT p.id, p.created_at FROM catalog.products AS p
                        WHERE p.category_id = c.id AND p.deleted_at IS NULL AND p.parent_id IS NULL
                          AND (p.created_at, p.id) < (v_time, v_before)
                        ORDER BY p.created_at DESC, p.id DESC LIMIT 500
                    ) AS n LIMIT look_ahead."window"
                ) AS w
                ORDER BY w.created_at DESC, w.id DESC LIMIT look_ahead."window");
        ELSIF categories IS NULL THEN
            ids := ARRAY(
                SELECT w.id
                FROM (
                    SELECT p.id FROM catalog.products AS p
                    WHERE p.merchant_id = merchant AND p.deleted_at IS NULL AND p.parent_id IS NULL
                      AND (p.created_at, p.id) < (v_time, v_before)
                    ORDER BY p.created_at DESC, p.id DESC LIMIT 500
                ) AS w LIMIT look_ahead."window");
        END IF;
    ELSIF sort = 'name' AND merchant IS NULL THEN
        v_name := coalesce(key, '');
        IF categories IS NULL THEN
            ids := ARRAY(
                SELECT w.id
                FROM (
                    SELECT p.id FROM catalog.products AS p
                    WHERE p.deleted_at IS NULL AND p.parent_id IS NULL
                      AND (p.name_key, p.id) > (v_name, v_after)
                    ORDER BY p.name_key, p.id LIMIT 500
                ) AS w LIMIT look_ahead."window");
        ELSE
            ids := ARRAY(
                SELECT w.id
                FROM unnest(categories) AS c (id)
                CROSS JOIN LATERAL (
                    SELECT n.id, n.name_key
                    FROM (
                        SELECT p.id, p.name_key FROM catalog.products AS p
                        WHERE p.deleted_at IS NULL AND p.parent_id IS NULL AND p.category_id = c.id
                          AND (p.name_key, p.id) > (v_name, v_after)
                        ORDER BY p.name_key, p.id LIMIT 500
                    ) AS n LIMIT look_ahead."window"
                ) AS w
                ORDER BY w.name_key, w.id LIMIT look_ahead."window");
        END IF;
    ELSIF sort IN ('price', '-price') AND num_nonnulls(categories, merchant) < 2 THEN
        v_all := num_nonnulls(categories, merchant) = 0;
        IF NOT v_all THEN
            -- No index has both categories and prices, so a small category is sorted as a whole.
            ids := CASE WHEN merchant IS NULL
                THEN ARRAY(SELECT p.id FROM catalog.products AS p WHERE p.category_id = ANY (categories) LIMIT 501)
                ELSE ARRAY(SELECT p.id
                           FROM catalog.products AS p
                           WHERE p.merchant_id = look_ahead.merchant LIMIT 501) END;
            IF cardinality(ids) <= 500 THEN
                v_amount := key;
                ids := ARRAY(
                    SELECT w.id
                    FROM unnest(ids) AS w (id)
                    CROSS JOIN LATERAL catalog.price_in_force(w.id, look_ahead.currency) AS q
                    WHERE v_amount IS NULL OR (sort = 'price' AND (q.amount, w.id) > (v_amount, after))
                       OR (sort = '-price' AND (q.amount, w.id) < (v_amount, after))
                    ORDER BY q.amount, w.id);
                ids := CASE WHEN sort = 'price' THEN ids ELSE array_reverse(ids) END;
                complete := true;
                RETURN;
            END IF;
        END IF;
        -- Prices without an end and prices with one have separate indexes. In a large category the next 500 are enough.
        IF sort = 'price' THEN
            v_amount := coalesce(key::bigint, -1);
            ids := ARRAY(
                SELECT w.id
                FROM (
                    SELECT u.id
                    FROM (
                        (SELECT r.product_id AS id, r.amount FROM catalog.prices AS r
                         WHERE r.currency = look_ahead.currency::char(3)
                           AND upper_inf(r.valid)
                           AND lower(r.valid) <= now()
                           AND r.amount >= v_least
                           AND r.amount <= v_most
                           AND (r.amount, r.product_id) > (v_amount, v_after)
                         ORDER BY r.amount, r.product_id LIMIT 500)
                        UNION ALL
                        (SELECT r.product_id AS id, r.amount FROM catalog.prices AS r
                         WHERE r.currency = look_ahead.currency::char(3)
                           AND NOT upper_inf(r.valid)
                           AND upper(r.valid) > now()
                           AND lower(r.valid) <= now() AND r.amount >= v_least AND r.amount <= v_most
                           AND (r.amount, r.product_id) > (v_amount, v_after)
                         ORDER BY r.amount, r.product_id LIMIT 500)
                    ) AS u
                    ORDER BY u.amount, u.id LIMIT 500
                ) AS w
                WHERE v_all
                   OR (SELECT p.category_id = ANY (categories) OR p.merchant_id = look_ahead.merchant
                       FROM catalog.products AS p
                       WHERE p.id = w.id)
                LIMIT look_ahead."window");
        ELSE
            v_amount := coalesce(key::bigint, 9223372036854775807);
            ids := ARRAY(
                SELECT w.id
                FROM (
                    SELECT u.id
                    FROM (
                        (SELECT r.product_id AS id, r.amount FROM catalog.prices AS r
                         WHERE r.currency = look_ahead.currency::char(3)
                           AND upper_inf(r.valid)
                           AND lower(r.valid) <= now()
                           AND r.amount >= v_least
                           AND r.amount <= v_most
                           AND (r.amount, r.product_id) < (v_amount, v_before)
                         ORDER BY r.amount DESC, r.product_id DESC LIMIT 500)
                        UNION ALL
                        (SELECT r.product_id AS id, r.amount FROM catalog.prices AS r
                         WHERE r.currency = look_ahead.currency::char(3)
                           AND NOT upper_inf(r.valid)
                           AND upper(r.valid) > now()
                           AND lower(r.valid) <= now() AND r.amount >= v_least AND r.amount <= v_most
                           AND (r.amount, r.product_id) < (v_amount, v_before)
                         ORDER BY r.amount DESC, r.product_id DESC LIMIT 500)
                    ) AS u
                    ORDER BY u.amount DESC, u.id DESC LIMIT 500
                ) AS w
                WHERE v_all
                   OR (SELECT p.category_id = ANY (categories) OR p.merchant_id = look_ahead.merchant
                       FROM catalog.products AS p
                       WHERE p.id = w.id)
                LIMIT look_ahead."window");
        END IF;
        IF NOT v_all AND cardinality(ids) < look_ahead."window" THEN
            ids := NULL;
        END IF;
    END IF;
    complete := cardinality(ids) < look_ahead."window";
END $$;

GRANT EXECUTE ON FUNCTION catalog.look_ahead TO store_api;
