-- An import as a client reads it, with its report: the errors first if it has more than 1,000 lines. Not an endpoint.
-- Callers:   api.get_import, api.import_products.
CREATE FUNCTION api.render_import(i catalog.imports)
RETURNS api.product_import
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(
        i.id, i.status, i.lines, i.checked, i.created, i.updated, i.unchanged, i.failed,
        ARRAY(
            SELECT ROW(r.line, r.sku, r.status, r.code, r.message)::api.import_line
            FROM (
                (SELECT l.*
                 FROM catalog.import_lines AS l
                 WHERE l.import_id = i.id AND l.status = 'error'
                 ORDER BY l.line LIMIT 1000)
                UNION ALL
                (SELECT l.*
                 FROM catalog.import_lines AS l
                 WHERE l.import_id = i.id AND l.status <> 'error'
                 ORDER BY l.line LIMIT 1000)
                LIMIT 1000
            ) AS r
            ORDER BY r.line
        ),
        i.completed_at, i.created_at
    )::api.product_import;
END $$;
