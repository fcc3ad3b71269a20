DROP TABLE catalog.import_lines, catalog.imports, catalog.wishlist_items;
DROP INDEX catalog.products_merchant_newest, catalog.prices_beginning, catalog.prices_ending_of_product, catalog.price_open_twice;
CREATE INDEX products_name_trigrams ON catalog.products USING gin (name extensions.gin_trgm_ops);
DROP TABLE catalog.search_words;
