-- transactional: false
-- depends: 0083.promotion_scope
-- Search in the language that the shop chooses, without accents, and lists by name in the order of letters. Both are
-- written by a trigger (catalog.index_product). The worker writes them for the products that are there already
-- (catalog.reindex_products): until then these are found as before, and come first in a list by name. No statement here
-- reads or rewrites the table under a lock. A second time it does nothing.
ALTER TABLE sales.settings ADD COLUMN IF NOT EXISTS search_language text NOT NULL DEFAULT 'english'
    -- squawk-ignore constraint-missing-not-valid
    CONSTRAINT search_language_unknown CHECK (search_language IN (
        'simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch', 'english', 'estonian', 'finnish',
        'french', 'german', 'greek', 'hindi', 'hungarian', 'indonesian', 'irish', 'italian', 'lithuanian', 'nepali',
        'norwegian', 'portuguese', 'romanian', 'russian', 'serbian', 'spanish', 'swedish', 'tamil', 'turkish',
        'yiddish'));
COMMENT ON COLUMN sales.settings.search_language IS
'The language whose forms of words the search of products knows; simple: none.';

-- How far the worker is with writing the search index anew.
CREATE TABLE IF NOT EXISTS catalog.search_index (
    singleton   boolean PRIMARY KEY DEFAULT true CONSTRAINT one_search_index CHECK (singleton),
    -- Null: nothing has been written yet.
    language    text,
    "position"  uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    done        bigint NOT NULL DEFAULT 0,
    total       bigint NOT NULL DEFAULT 0,
    started_at  timestamptz,
    -- Null: not finished.
    finished_at timestamptz
);
INSERT INTO catalog.search_index DEFAULT VALUES ON CONFLICT DO NOTHING;

-- What catalog.parse_search() makes of the text of a search box.
DO $$
BEGIN
    IF to_regtype('catalog.search_terms') IS NULL THEN
        CREATE TYPE catalog.search_terms AS (query tsquery, names tsquery, key text, code tsquery, begun tsquery);
    END IF;
END $$;

ALTER TABLE catalog.products ADD COLUMN IF NOT EXISTS name_key text COLLATE "C" NOT NULL DEFAULT '';
COMMENT ON COLUMN catalog.products.name_key IS
'The name without case, accents and punctuation: names are sorted and compared by it.';
ALTER TABLE catalog.products ADD COLUMN IF NOT EXISTS sku_key text COLLATE "C" NOT NULL DEFAULT '';
COMMENT ON COLUMN catalog.products.sku_key IS 'The SKU without case and separators, as a search compares it.';
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_sku_key ON catalog.products (sku_key) WHERE deleted_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_name_key ON catalog.products (name_key, id)
    WHERE deleted_at IS NULL AND parent_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_category_name_key ON catalog.products (category_id, name_key, id)
    WHERE deleted_at IS NULL AND parent_id IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS catalog.products_listed_name;
DROP INDEX CONCURRENTLY IF EXISTS catalog.products_category_listed_name;
-- squawk-ignore ban-drop-generated-expression, prefer-robust-stmts
ALTER TABLE catalog.products ALTER COLUMN search DROP EXPRESSION IF EXISTS;
