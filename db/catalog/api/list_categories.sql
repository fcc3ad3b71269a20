-- All categories, parents before children. A shop has few, so there is only one page.
CREATE FUNCTION api.list_categories()
RETURNS api.category_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(
        coalesce(array_agg(api.render_category(c) ORDER BY c.parent_id IS NOT NULL, c.position, c.name, c.id), '{}'),
        NULL
    )::api.category_page
    FROM catalog.categories AS c;
END $$;

COMMENT ON FUNCTION api.list_categories IS
'List categories

A tree by `parent_id`; top-level categories first.';

GRANT EXECUTE ON FUNCTION api.list_categories TO app_anonymous;
