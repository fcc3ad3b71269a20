-- What the web tier's cache of products hears of (see api/cache.py). Stock that a merchant changes is among it; what is
-- sold is not: the WHEN is decided without a call, so the movements of an order cost nothing here.
CREATE OR REPLACE TRIGGER notify_catalogue AFTER INSERT OR UPDATE OR DELETE ON catalog.products
    FOR EACH STATEMENT EXECUTE FUNCTION catalog.notify_catalogue();
CREATE OR REPLACE TRIGGER notify_catalogue AFTER INSERT OR UPDATE OR DELETE ON catalog.prices
    FOR EACH STATEMENT EXECUTE FUNCTION catalog.notify_catalogue();
CREATE OR REPLACE TRIGGER notify_catalogue AFTER INSERT OR UPDATE OR DELETE ON catalog.categories
    FOR EACH STATEMENT EXECUTE FUNCTION catalog.notify_catalogue();
CREATE OR REPLACE TRIGGER notify_catalogue AFTER INSERT ON catalog.stock_movements
    FOR EACH ROW WHEN (new.kind = 'adjustment') EXECUTE FUNCTION catalog.notify_catalogue();
