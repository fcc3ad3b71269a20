-- Returns the same as sort_products, for the lists that are requested most: by date, name or price, of all products, a
-- category or a merchant. It reads a window of products from an index and keeps those that are for sale; if these are
-- too few, it reads a larger window. Returns NULL if it cannot decide; then sort_products has to be called.
-- Callers:   list_products.
CREATE OR REPLACE FUNCTION catalog.next_products(
    sort text, key text, after uuid, count integer, categories uuid[], merchant uuid, currency text, min_price bigint,
    max_price bigint, in_stock boolean
)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_window integer :=
        count * CASE WHEN num_nonnulls(min_price, max_price) > 0 AND sort NOT IN ('price', '-price') OR in_stock THEN 4
                                     ELSE 1 END;
    v_next   record;
    v_ids    uuid[];
BEGIN
    LOOP
        v_next := catalog.look_ahead(sort, key, after, v_window, categories, merchant, currency, min_price, max_price);
        IF v_next.ids IS NULL THEN
            RETURN NULL;
        END IF;
        v_ids := catalog.keep_sold(v_next.ids, count, currency, min_price, max_price, in_stock);
        IF cardinality(v_ids) = count OR v_next.complete THEN
            RETURN v_ids;
        END IF;
        -- Even the largest window would probably contain too few.
        IF v_window > 125 OR 500 * cardinality(v_ids) < count * v_window THEN
            RETURN NULL;
        END IF;
        v_window := 4 * v_window;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION catalog.next_products TO store_api;
