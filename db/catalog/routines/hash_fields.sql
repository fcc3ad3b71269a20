-- Hashes of the columns of a line that an import replaces as a whole, in the order of the arguments; null where the
-- argument is null.
-- Callers:   api.export_products, catalog.merge_import.
CREATE OR REPLACE FUNCTION catalog.hash_fields(
    name text, description text, category text, weight integer, requires_shipping boolean, tax_category text,
    attributes jsonb, images text
)
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[
    catalog.hash_cell(hash_fields.name), catalog.hash_cell(hash_fields.description),
    catalog.hash_cell(hash_fields.category), catalog.hash_cell(hash_fields.weight::text),
    catalog.hash_cell(hash_fields.requires_shipping::text), catalog.hash_cell(hash_fields.tax_category),
    catalog.hash_cell(hash_fields.attributes::text), catalog.hash_cell(hash_fields.images)
];

GRANT EXECUTE ON FUNCTION catalog.hash_fields TO store_api;
