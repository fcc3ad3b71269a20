-- A page of returns. The array has one row more than the limit if there is a next page. Not an endpoint.
-- Callers:   api.list_all_returns, api.list_returns.
CREATE FUNCTION api.render_return_page(returns fulfilment.returns[], "limit" integer)
RETURNS api.order_return_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(
        ARRAY(SELECT api.render_return(r) FROM unnest(render_return_page.returns[1:"limit"]) AS r ORDER BY r.id DESC),
        CASE WHEN cardinality(render_return_page.returns) > "limit"
             THEN messaging.encode_cursor(jsonb_build_object('id', (render_return_page.returns["limit"]).id)) END
    )::api.order_return_page;
END $$;
