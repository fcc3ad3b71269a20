-- Returns the caller's products as the lines of a file that import_products reads back without a change: COPY (SELECT *
-- FROM api.export_products()) TO STDOUT. The column `base` is what the line was based on.
CREATE TYPE api.product_line AS (
    sku text, name text, description text, category text, price bigint, currency text, stock bigint, weight integer,
    requires_shipping text, tax_category text, attributes jsonb, images text, base text
);

CREATE FUNCTION api.export_products(currency api.currency DEFAULT NULL)
RETURNS SETOF api.product_line
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN QUERY
    SELECT p.sku, catalog.guard_cell(p.name), catalog.guard_cell(p.description), c.slug, q.amount, q.currency::text,
           s.on_hand, p.weight, p.requires_shipping::text, p.tax_category, p.attributes, array_to_string(p.images, ' '),
           catalog.make_import_base(p.id, now(), q.amount, q.currency::text, s.on_hand, catalog.hash_fields(
               p.name, p.description, coalesce(c.slug, ''), p.weight, p.requires_shipping, p.tax_category,
               p.attributes, array_to_string(p.images, ' ')))
    FROM catalog.products AS p
    JOIN catalog.stock_levels AS s ON s.product_id = p.id
    LEFT JOIN catalog.categories AS c ON c.id = p.category_id
    LEFT JOIN LATERAL catalog.price_in_force(
        p.id, coalesce(export_products.currency, catalog.first_currency(p.id))
    ) AS q
        ON true
    WHERE p.merchant_id = v_actor AND p.deleted_at IS NULL AND p.kind = 'product'
    ORDER BY p.id;
END $$;

COMMENT ON FUNCTION api.export_products IS
'Export your products

A CSV file in the format of POST /products/import: importing it unchanged changes nothing, even if pieces were sold or
prices changed meanwhile, because the column `base` says what each line was based on: leave it as it is. Prices are in
the given currency; by default in US dollars if the product is sold in them, otherwise in another currency. A cell that
a spreadsheet would run as a formula begins with an apostrophe, which the import removes.';

GRANT EXECUTE ON FUNCTION api.export_products TO app_merchant;
