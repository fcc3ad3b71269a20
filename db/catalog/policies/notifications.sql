-- The changes that invalidate the web tier's cache of products (see api/postgres/cache.py). A merchant's change of
-- stock is among them; a sale is not: the WHEN clause is evaluated without a function call, so the stock movements of
-- an order cost nothing here.
CREATE OR REPLACE TRIGGER notify_catalogue AFTER INSERT OR UPDATE OR DELETE ON catalog.products
    FOR EACH STATEMENT EXECUTE FUNCTION catalog.notify_catalogue();
CREATE OR REPLACE TRIGGER notify_catalogue AFTER INSERT OR UPDATE OR DELETE ON catalog.prices
    FOR EACH STATEMENT EXECUTE FUNCTION catalog.notify_catalogue();
CREATE OR REPLACE TRIGGER notify_catalogue AFTER INSERT OR UPDATE OR DELETE ON catalog.categories
    FOR EACH STATEMENT EXECUTE FUNCTION catalog.notify_catalogue();
CREATE OR REPLACE TRIGGER notify_catalogue AFTER INSERT OR DELETE ON catalog.stopped_merchants
    FOR EACH STATEMENT EXECUTE FUNCTION catalog.notify_catalogue();
CREATE OR REPLACE TRIGGER notify_catalogue AFTER INSERT ON catalog.stock_movements
    FOR EACH ROW WHEN (new.kind = 'adjustment') EXECUTE FUNCTION catalog.notify_catalogue();
