-- Statement trigger: a product with options has no price, no stock, and no line in a cart or a bundle.
-- Callers:   triggers no_parent on catalog.prices, no_parent on catalog.stock, no_parent on catalog.bundle_items and
--            no_parent on sales.cart_items.
-- Errors:    variant_required 422.
CREATE OR REPLACE FUNCTION catalog.refuse_parents()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid;
BEGIN
    SELECT p.id INTO v_id FROM new_rows AS n JOIN catalog.products AS p ON p.id = n.product_id
    WHERE p.kind = 'parent' LIMIT 1;
    IF FOUND THEN
        PERFORM catalog.require_variant(v_id);
    END IF;
    RETURN NULL;
END $$;
