-- What a new product needs: price, currency and stock, or options, of which the variants have prices and stock.
-- Callers:   api.create_product.
-- Errors:    price_required, options_required, variant_required, currency_unknown 422.
CREATE OR REPLACE FUNCTION catalog.require_product_fields(
    has_options boolean, price bigint, currency text, stock bigint, variants integer
)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT has_options AND variants > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'options_required',
            MESSAGE = 'A product with variants needs options: what its variants differ in.';
    ELSIF NOT has_options AND num_nulls(price, currency, stock) > 0 OR variants > 0 AND currency IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'price_required',
            MESSAGE = CASE WHEN variants > 0 THEN 'The prices of variants need a currency.'
                      ELSE 'A product without options needs a price, a currency and its stock.' END;
    ELSIF has_options AND num_nonnulls(price, stock) > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'variant_required',
            MESSAGE = 'A product with options has no price and no stock of its own: its variants have.';
    END IF;
    IF currency IS NOT NULL THEN
        PERFORM catalog.require_currency(currency);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_product_fields TO store_api;
