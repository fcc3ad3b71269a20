-- Changes a category: only the fields that are sent.
-- Locks:  the tree of categories (an advisory lock), so that two concurrent moves cannot create a cycle; the category.
-- Errors: category_not_found 404, category_below_itself, category_slug_taken 409, version_stale 412.
CREATE FUNCTION api.update_category(
    category_id uuid, name api.short_text DEFAULT NULL, slug api.slug DEFAULT NULL, parent_id uuid DEFAULT NULL,
    "position" integer DEFAULT NULL, if_match bigint DEFAULT NULL, given text[] DEFAULT NULL
)
RETURNS api.category
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_category catalog.categories;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('catalog.categories', 0));
    SELECT * INTO v_category FROM catalog.categories AS c WHERE c.id = update_category.category_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'category_not_found',
            MESSAGE = 'There is no such category.';
    ELSIF update_category.if_match <> v_category.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The category has changed since you read it.', HINT = 'Read it again, then repeat your change.';
    END IF;
    PERFORM catalog.require_category(update_category.parent_id);
    IF update_category.parent_id = ANY (catalog.category_tree(v_category.id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'category_below_itself',
            MESSAGE = 'A category cannot be below itself.';
    END IF;
    UPDATE catalog.categories AS c
    SET name = coalesce(update_category.name, c.name), slug = coalesce(update_category.slug, c.slug),
        parent_id = CASE WHEN 'parent_id' = ANY (coalesce(update_category.given, '{}')) THEN update_category.parent_id
                         ELSE coalesce(update_category.parent_id, c.parent_id) END,
        position = coalesce(update_category."position", c.position), version = c.version + 1
    WHERE c.id = v_category.id RETURNING * INTO v_category;
    RETURN api.render_category(v_category);
END $$;

COMMENT ON FUNCTION api.update_category IS
'Change a category

Only the fields that are sent; `parent_id: null` makes it a top-level category.';

GRANT EXECUTE ON FUNCTION api.update_category TO app_admin;
