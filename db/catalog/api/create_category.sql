-- Creates a category.
-- Locks:  the parent category (key share, by the foreign key).
-- Errors: category_slug_taken 409, category_not_found 404 (the parent).
CREATE FUNCTION api.create_category(
    name api.short_text, slug api.slug DEFAULT NULL, parent_id uuid DEFAULT NULL, "position" integer DEFAULT 0
)
RETURNS api.category
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_category catalog.categories;
BEGIN
    PERFORM catalog.require_category(create_category.parent_id);
    INSERT INTO catalog.categories (name, slug, parent_id, position)
    VALUES (create_category.name,
            coalesce(create_category.slug,
                     trim(BOTH '-' FROM regexp_replace(lower(create_category.name), '[^[:alnum:]]+', '-', 'g'))),
            create_category.parent_id, create_category."position")
    RETURNING * INTO v_category;
    RETURN api.render_category(v_category);
END $$;

COMMENT ON FUNCTION api.create_category IS
'Create a category

Without a slug, one is made from the name.';

GRANT EXECUTE ON FUNCTION api.create_category TO app_admin;
