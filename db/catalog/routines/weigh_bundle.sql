-- A bundle weighs what its components weigh, and requires shipping if one of them does.
-- Callers:   api.create_bundle, update_bundle, update_product.
-- Locks:     the bundle.
CREATE OR REPLACE FUNCTION catalog.weigh_bundle(bundle_id uuid)
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    UPDATE catalog.products AS b SET weight = w.weight, requires_shipping = w.requires_shipping
    FROM (SELECT least(sum(p.weight::bigint * i.quantity), 10000000)::integer AS weight,
                 coalesce(bool_or(p.requires_shipping), true) AS requires_shipping
          FROM catalog.bundle_items AS i JOIN catalog.products AS p ON p.id = i.product_id
          WHERE i.bundle_id = weigh_bundle.bundle_id) AS w
    WHERE b.id = weigh_bundle.bundle_id AND (b.weight <> w.weight OR b.requires_shipping <> w.requires_shipping);
$$;

GRANT EXECUTE ON FUNCTION catalog.weigh_bundle TO store_api;
