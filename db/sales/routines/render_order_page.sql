-- A page of orders. The array has one row more than the limit if there is a next page. Not an endpoint.
-- Callers:   api.list_all_orders, api.list_orders.
CREATE FUNCTION api.render_order_page(orders api."order"[], "limit" integer)
RETURNS api.order_page
LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shown integer := "limit";
BEGIN
    IF pg_column_size(orders) > 1048576 THEN
        v_shown := least("limit", messaging.fit_page(ARRAY(SELECT pg_column_size(o) FROM unnest(orders) AS o)));
    END IF;
    RETURN ROW(
        coalesce(orders[1:v_shown], '{}'),
        CASE WHEN cardinality(orders) > v_shown THEN messaging.encode_cursor(
            jsonb_build_object('id', (orders[v_shown]).id)
        ) END
    )::api.order_page;
END $$;
