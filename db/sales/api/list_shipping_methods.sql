-- The shipping methods for a parcel to a country, with their prices.
-- Errors: currency_unknown 422.
CREATE FUNCTION api.list_shipping_methods(
    country api.country, currency api.currency DEFAULT 'USD', weight api.weight DEFAULT 0, goods api.price DEFAULT 0
)
RETURNS api.shipping_offer_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM catalog.require_currency(coalesce(list_shipping_methods.currency, 'USD'));
    RETURN ROW(ARRAY(
        SELECT ROW(
            o.method_id, o.name, o.carrier, o.price, coalesce(list_shipping_methods.currency, 'USD')
        )::api.shipping_offer
        FROM sales.list_shipping_offers(list_shipping_methods.country, coalesce(list_shipping_methods.currency, 'USD'),
                                        coalesce(list_shipping_methods.weight, 0),
                                        coalesce(list_shipping_methods.goods, 0)) AS o
        ORDER BY o.price, o.name), NULL)::api.shipping_offer_page;
END $$;

COMMENT ON FUNCTION api.list_shipping_methods IS
'List shipping methods

Those that can send `weight` (grams) to `country`, cheapest first. `goods` is the value of the goods, for methods that
are free above a value.';

GRANT EXECUTE ON FUNCTION api.list_shipping_methods TO app_anonymous;
