-- depends: 0011.invoices
-- Finding products among many: the words they are made of, indexes for the lists, wish lists, imports.

-- Every word that a product has been described with, so that a search can tell a mistyped word from a rare one and find those it may have meant.
-- Some thousands of words, however many products: it is what trigrams are looked up in, instead of every product's name.
CREATE TABLE catalog.search_words (
    word    text PRIMARY KEY,
    stem    text NOT NULL,
    shorter text[] NOT NULL    -- the word, and the word without each one of its letters: two words one mistake apart have one in common
);
CREATE INDEX search_words_stem ON catalog.search_words (stem);
CREATE INDEX search_words_shorter ON catalog.search_words USING gin (shorter);
CREATE INDEX search_words_trigrams ON catalog.search_words USING gin (word extensions.gin_trgm_ops);
DROP INDEX catalog.products_name_trigrams;

INSERT INTO catalog.search_words (word, stem, shorter)
SELECT w.word, w.stem,
       ARRAY(SELECT w.word UNION SELECT overlay(w.word PLACING '' FROM n FOR 1) FROM generate_series(1, char_length(w.word)) AS n)
FROM (
    SELECT DISTINCT t.lexeme AS word, (ts_lexize('english_stem', t.lexeme))[1] AS stem
    FROM catalog.products AS p
    CROSS JOIN LATERAL unnest(to_tsvector('simple', p.name || ' ' || p.description) || jsonb_to_tsvector('simple', p.attributes, '["string"]')) AS t
    WHERE t.lexeme ~ '^[[:alpha:]]{3,40}$'
) AS w
WHERE w.stem IS NOT NULL;

-- Lists by price and with a price filter start from the versions in force: the open ones (prices_by_amount) and those that end one day
-- (prices_ending). Lists of products look theirs up: one descent each, however long a product's history is.
CREATE UNIQUE INDEX price_open_twice ON catalog.prices (product_id, currency) INCLUDE (amount, valid) WHERE upper_inf(valid);
CREATE INDEX prices_ending_of_product ON catalog.prices (product_id, currency, upper(valid)) INCLUDE (amount, valid) WHERE NOT upper_inf(valid);
-- When does the next price begin? (prices_ending: when does the next one end?)
CREATE INDEX prices_beginning ON catalog.prices (lower(valid));
-- What their periods say, for the planner: how many are open, how many have begun.
CREATE STATISTICS catalog.prices_period ON (upper_inf(valid)), (lower(valid)), (upper(valid)) FROM catalog.prices;
CREATE INDEX products_merchant_newest ON catalog.products (merchant_id, id DESC) WHERE deleted_at IS NULL;

CREATE TABLE catalog.wishlist_items (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    product_id uuid NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT wishlist_item_twice UNIQUE (account_id, product_id)
);
CREATE INDEX wishlist_items_newest ON catalog.wishlist_items (account_id, id DESC);
CREATE INDEX wishlist_items_product ON catalog.wishlist_items (product_id);
COMMENT ON CONSTRAINT wishlist_item_twice ON catalog.wishlist_items IS 'This product is on your wish list already.';

-- A file of products that a merchant sent, and what became of it. It is checked line by line, then applied as a whole or not at all.
CREATE TABLE catalog.imports (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    merchant_id  uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    status       text NOT NULL DEFAULT 'checking'
                 CONSTRAINT import_status_unknown CHECK (status IN ('checking', 'applying', 'completed', 'rejected')),
    columns      text[] NOT NULL,                -- which ones the file has; the others are left alone
    lines        integer NOT NULL,
    checked      integer NOT NULL DEFAULT 0,     -- so far
    position     integer NOT NULL DEFAULT 0,     -- the line of the file that was checked last
    created      integer NOT NULL DEFAULT 0,
    updated      integer NOT NULL DEFAULT 0,
    unchanged    integer NOT NULL DEFAULT 0,
    failed       integer NOT NULL DEFAULT 0,
    completed_at timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT import_counts_out_of_range CHECK (
        checked BETWEEN 0 AND lines AND least(created, updated, unchanged, failed) >= 0 AND created + updated + unchanged + failed <= lines)
);
CREATE INDEX imports_merchant ON catalog.imports (merchant_id, id DESC);
CREATE INDEX imports_created ON catalog.imports (created_at);

-- The file's lines as they came, each with its part of the report.
CREATE TABLE catalog.import_lines (
    import_id   uuid NOT NULL REFERENCES catalog.imports ON DELETE CASCADE,
    line        integer NOT NULL,                -- of the file; the first after the header is 2
    sku         text,
    name        text,
    description text,
    category    text,
    price       text,
    currency    text,
    stock       text,
    weight      text,
    tax_category text,
    attributes  text,
    images      text,
    status      text CONSTRAINT import_line_status_unknown CHECK (status IN ('created', 'updated', 'unchanged', 'error', 'skipped')),
    code        text,
    message     text,
    CONSTRAINT import_line_twice PRIMARY KEY (import_id, line),
    CONSTRAINT import_error_without_code CHECK ((status = 'error') = (code IS NOT NULL) OR status IS NULL)
);
CREATE INDEX import_lines_sku ON catalog.import_lines (import_id, sku);
CREATE INDEX import_lines_errors ON catalog.import_lines (import_id, line) WHERE status = 'error';
