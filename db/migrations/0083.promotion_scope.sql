-- depends: 0082.guests
-- What a promotion is for is stored, instead of being read from lists that can lose their rows: without any it was for
-- everything. What a promotion refers to cannot be deleted.

-- Categories that were deleted, by the audit. First, because the audit is large, and orders with codes wait for the
-- lock that follows.
CREATE TEMPORARY TABLE deleted_categories ON COMMIT DROP AS
SELECT c.row_id::uuid AS id, c.at
FROM audit.changes AS c
WHERE c.table_name = 'catalog.categories' AND c.operation = 'DELETE'
  AND c.at >= (SELECT min(p.created_at) FROM sales.promotions AS p);

-- Promotions are few: no check of theirs takes long.
ALTER TABLE sales.promotions
    ADD COLUMN scope text NOT NULL DEFAULT 'everything',
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT promotion_scope_unknown CHECK (scope IN ('everything', 'products', 'categories'));
-- Who writes a promotion says what it is for. The functions of this version do, and only they write it.
-- squawk-ignore ban-drop-default
ALTER TABLE sales.promotions ALTER COLUMN scope DROP DEFAULT;
COMMENT ON COLUMN sales.promotions.scope IS 'categories: also the listed products. Empty lists are for nothing.';

UPDATE sales.promotions AS p SET scope = 'products'
WHERE EXISTS (SELECT FROM sales.promotion_products AS x WHERE x.promotion_id = p.id);
UPDATE sales.promotions AS p SET scope = 'categories'
WHERE EXISTS (SELECT FROM sales.promotion_categories AS x WHERE x.promotion_id = p.id);

-- Without lists, and a category was deleted that it could have listed: nothing says whether it was for everything. It
-- is for nothing until customer service chooses. A category's id says when it was made; a changed promotion may list a
-- category that is younger than itself.
DO $$
DECLARE
    v_codes text;
BEGIN
    WITH unsure AS (
        UPDATE sales.promotions AS p SET scope = 'categories', version = p.version + 1
        WHERE p.scope = 'everything'
          AND EXISTS (SELECT FROM pg_temp.deleted_categories AS d
                      WHERE d.at >= p.created_at
                        AND (p.version > 1 OR coalesce(uuid_extract_timestamp(d.id) <= p.created_at, true)))
        RETURNING p.code, p.enabled, p.valid_until
    )
    SELECT string_agg(u.code, ', ' ORDER BY u.code) INTO v_codes
    FROM unsure AS u WHERE u.enabled AND (u.valid_until IS NULL OR u.valid_until > now());
    IF v_codes IS NOT NULL THEN
        RAISE WARNING 'these promotions may have lost a category that was deleted, and are for nothing now: %', v_codes
            USING HINT = 'Set the scope of each with PATCH /v1/promotions/{promotion_id}.';
    END IF;
END $$;

-- squawk-ignore ban-drop-constraint
ALTER TABLE sales.promotion_categories DROP CONSTRAINT promotion_categories_category_id_fkey;
-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
ALTER TABLE sales.promotion_categories ADD CONSTRAINT category_in_promotion
    FOREIGN KEY (category_id) REFERENCES catalog.categories ON DELETE RESTRICT;
COMMENT ON CONSTRAINT category_in_promotion ON sales.promotion_categories IS
    'The category does not exist, or a promotion is for it.';
