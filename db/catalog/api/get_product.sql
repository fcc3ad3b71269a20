-- One product, with the price in force now.
-- Errors: product_not_found 404.
CREATE FUNCTION api.get_product(product_id uuid, currency api.currency DEFAULT NULL)
RETURNS api.product
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_product catalog.products;
BEGIN
    SELECT * INTO v_product
    FROM catalog.products AS p
    WHERE p.id = get_product.product_id AND p.deleted_at IS NULL AND p.kind IN ('product', 'parent');
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found',
            MESSAGE = 'There is no such product.';
    END IF;
    RETURN api.render_product(v_product, get_product.currency);
END $$;

COMMENT ON FUNCTION api.get_product IS
'Get a product

Its price is in the given currency; by default in US dollars if it is sold in them, otherwise in another currency.
`price` is null if it is not sold in the given one, and for a product with `options`: its `variants` have prices, and a
page of their own under their ids.';

GRANT EXECUTE ON FUNCTION api.get_product TO app_anonymous;
