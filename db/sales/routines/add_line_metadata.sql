-- Adds the metadata of a line to that of the other lines, by product: duplicate lines become one, and of a field that
-- several of them have, the last one counts.
-- Callers:   api.create_order.
CREATE OR REPLACE FUNCTION sales.add_line_metadata(lines jsonb, product_id uuid, metadata jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(add_line_metadata.lines, '{}') || jsonb_build_object(
        add_line_metadata.product_id,
        coalesce(add_line_metadata.lines -> add_line_metadata.product_id::text, '{}') || add_line_metadata.metadata);
END $$;

GRANT EXECUTE ON FUNCTION sales.add_line_metadata TO store_api;
