-- Types that several schemas share. A domain enforces the limits of an input; clients read its COMMENT.

CREATE DOMAIN api.page_limit AS integer CONSTRAINT limit_out_of_range CHECK (VALUE >= 1 AND VALUE <= 100);
COMMENT ON DOMAIN api.page_limit IS 'The largest number of rows on a page, 1 to 100.';

CREATE DOMAIN api.page_cursor AS text CONSTRAINT cursor_invalid CHECK (char_length(VALUE) <= 2000);
COMMENT ON DOMAIN api.page_cursor IS 'The next_cursor of the previous page.';

CREATE DOMAIN api.currency AS text CONSTRAINT currency_malformed CHECK (VALUE ~ '^[A-Z]{3}$');
COMMENT ON DOMAIN api.currency IS 'ISO 4217 code, such as USD.';

CREATE DOMAIN api.amount AS bigint CONSTRAINT amount_out_of_range CHECK (VALUE >= 1 AND VALUE <= 1000000000000);
COMMENT ON DOMAIN api.amount IS 'An amount above zero, in minor units (cents).';

CREATE DOMAIN api.price AS bigint CONSTRAINT price_out_of_range CHECK (VALUE >= 0 AND VALUE <= 1000000000000);
COMMENT ON DOMAIN api.price IS 'A price in minor units (cents).';

CREATE DOMAIN api.quantity AS integer CONSTRAINT quantity_out_of_range CHECK (VALUE >= 1 AND VALUE <= 10000);
COMMENT ON DOMAIN api.quantity IS 'The number of pieces, 1 to 10,000.';

CREATE DOMAIN api.quantity_or_none AS integer CONSTRAINT quantity_out_of_range CHECK (VALUE >= 0 AND VALUE <= 10000);
COMMENT ON DOMAIN api.quantity_or_none IS 'The number of pieces, 0 to 10,000; 0 removes the line.';

CREATE DOMAIN api.short_text AS text
    CONSTRAINT text_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 200);
COMMENT ON DOMAIN api.short_text IS '1 to 200 characters.';

CREATE DOMAIN api.long_text AS text CONSTRAINT text_length CHECK (char_length(VALUE) <= 10000);
COMMENT ON DOMAIN api.long_text IS 'Up to 10,000 characters.';

CREATE DOMAIN api.country AS text CONSTRAINT country_malformed CHECK (VALUE ~ '^[A-Z]{2}$');
COMMENT ON DOMAIN api.country IS 'ISO 3166-1 alpha-2 code, such as BD.';

CREATE DOMAIN api.bic AS text
    CONSTRAINT bic_malformed CHECK (VALUE ~ '^[A-Za-z0-9]{4}[A-Za-z]{2}[A-Za-z0-9]{2}([A-Za-z0-9]{3})?$');
COMMENT ON DOMAIN api.bic IS 'ISO 9362 code of a bank, 8 or 11 characters, such as BYLADEM1001.';

CREATE DOMAIN api.slug AS text
    CONSTRAINT slug_malformed CHECK (char_length(VALUE) <= 100 AND VALUE ~ '^[a-z0-9]+(-[a-z0-9]+)*$');
COMMENT ON DOMAIN api.slug IS 'Lower-case letters, digits and dashes.';

CREATE DOMAIN api.sku AS text CONSTRAINT sku_malformed CHECK (VALUE ~ '^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$');
COMMENT ON DOMAIN api.sku IS 'Stock keeping unit: up to 64 letters, digits, dots, dashes, slashes.';

CREATE DOMAIN api.image_url AS text
    CONSTRAINT image_url_malformed CHECK (char_length(VALUE) <= 1000 AND VALUE ~ '^https?://\S+$');
COMMENT ON DOMAIN api.image_url IS 'The address of an image: http:// or https://, at most 1,000 characters.';

CREATE DOMAIN api.image_urls AS api.image_url[] CONSTRAINT too_many_images CHECK (cardinality(VALUE) <= 20);
COMMENT ON DOMAIN api.image_urls IS 'At most 20 addresses of images.';

CREATE DOMAIN api.ids AS uuid[] CONSTRAINT too_many_ids CHECK (cardinality(VALUE) <= 1000);
COMMENT ON DOMAIN api.ids IS 'At most 1,000 ids.';

CREATE DOMAIN api.weight AS integer CONSTRAINT weight_out_of_range CHECK (VALUE >= 0 AND VALUE <= 10000000);
COMMENT ON DOMAIN api.weight IS 'Grams.';

CREATE DOMAIN api.tax_category AS text CONSTRAINT tax_category_malformed CHECK (VALUE ~ '^[a-z][a-z0-9_-]{0,39}$');
COMMENT ON DOMAIN api.tax_category IS 'The category that decides the tax rate, such as standard, reduced, books.';

-- The path finds what is below the fifth level.
CREATE DOMAIN api.metadata AS jsonb CONSTRAINT metadata_not_an_object
    CHECK (jsonb_typeof(VALUE) = 'object' AND octet_length(VALUE::text) <= 16384 AND NOT VALUE @? '$.**{6}');
COMMENT ON DOMAIN api.metadata IS
'An object of your own, such as {"ticket": "4711"}; at most 16 KiB and five levels deep.';

CREATE DOMAIN api.failure_code AS text CONSTRAINT failure_code_malformed CHECK (VALUE ~ '^[a-z][a-z0-9_]{1,63}$');
COMMENT ON DOMAIN api.failure_code IS 'The reason of the failure as a code, such as account_closed.';
