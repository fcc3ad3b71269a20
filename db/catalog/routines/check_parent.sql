-- Trigger: a product becomes a parent only while nothing of it was sold or is for sale; a parent stays one, and a
-- product stays its merchant's while it has variants.
-- Callers:   trigger check_parent on catalog.products.
-- Errors:    product_was_sold, product_has_variants 409.
-- Definer:   order lines and carts of all accounts are looked at.
CREATE OR REPLACE FUNCTION catalog.check_parent()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM catalog.products AS v WHERE v.parent_id = new.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'product_has_variants',
            MESSAGE = 'The product has variants.';
    END IF;
    IF new.kind = 'parent' AND (
        old.parent_id IS NOT NULL OR old.kind <> 'product'
        OR EXISTS (SELECT FROM sales.order_items AS i WHERE i.product_id = new.id)
        OR EXISTS (SELECT FROM sales.order_item_components AS i WHERE i.product_id = new.id)
        OR EXISTS (SELECT FROM catalog.bundle_items AS i WHERE i.product_id = new.id)
        OR EXISTS (SELECT FROM sales.cart_items AS i WHERE i.product_id = new.id)
        OR EXISTS (SELECT FROM catalog.prices AS r WHERE r.product_id = new.id)
        OR EXISTS (SELECT FROM catalog.stock AS s WHERE s.product_id = new.id))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'product_was_sold',
            MESSAGE = 'Only a product that was never sold, and is in no bundle, can get options.',
            HINT = 'Create a new product with options.';
    END IF;
    RETURN new;
END $$;
