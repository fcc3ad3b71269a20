-- A page of orders. The array has one row more than the limit if there is a next page. Not an endpoint.
-- Callers:   api.list_all_orders, api.list_orders.
CREATE FUNCTION api.render_order_page(orders api."order"[], "limit" integer)
RETURNS api.order_page
LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(
        coalesce(orders[1:"limit"], '{}'),
        CASE WHEN cardinality(orders) > "limit" THEN messaging.encode_cursor(
            jsonb_build_object('id', (orders["limit"]).id)
        ) END
    )::api.order_page;
END $$;
