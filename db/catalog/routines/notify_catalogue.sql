-- Trigger: notifies the web tiers (LISTEN storeproc_catalogue) that their cached products are out of date. It is called
-- only for changes by merchants and administrators: a NOTIFY takes a lock that all committing notifiers queue for, so
-- an order, which changes stock, sends none.
-- Callers:   triggers notify_catalogue on catalog.products, notify_catalogue on catalog.prices, notify_catalogue on
--            catalog.categories, notify_catalogue on catalog.stopped_merchants and notify_catalogue on
--            catalog.stock_movements.
CREATE OR REPLACE FUNCTION catalog.notify_catalogue()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('storeproc_catalogue', '');
    RETURN NULL;
END $$;
