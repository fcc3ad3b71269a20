-- A category as a client reads it. Not an endpoint.
-- Callers:   api.create_category, api.list_categories, api.update_category.
CREATE FUNCTION api.render_category(c catalog.categories)
RETURNS api.category
LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(c.id, c.parent_id, c.slug, c.name, c.position, c.version, c.created_at)::api.category;
END $$;
