-- Trigger: what a product is found by and sorted by follows its name, SKU, description and attributes.
-- Callers:   triggers index_inserted and index_updated on catalog.products.
-- Definer:   no other code may write the index.
CREATE OR REPLACE FUNCTION catalog.index_product()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    new.name_key := catalog.name_key(new.name);
    new.sku_key := replace(catalog.name_key(new.sku), ' ', '');
    -- A variant is found by its parent.
    new.search := CASE WHEN new.parent_id IS NULL THEN
        catalog.search_vector(new.name, new.sku, new.description, new.attributes, new.variant_words,
                              catalog.search_config()) END;
    RETURN new;
END $$;
