-- Types that several schemas share. A domain enforces the limits of an input; clients read its COMMENT.

CREATE DOMAIN api.page_limit AS integer CONSTRAINT limit_out_of_range CHECK (VALUE >= 1 AND VALUE <= 100);
COMMENT ON DOMAIN api.page_limit IS 'The largest number of rows on a page, 1 to 100.';

CREATE DOMAIN api.page_cursor AS text CONSTRAINT cursor_invalid CHECK (char_length(VALUE) <= 2000);
COMMENT ON DOMAIN api.page_cursor IS 'The next_cursor of the previous page.';

CREATE DOMAIN api.currency AS text
    CONSTRAINT currency_malformed CHECK (VALUE IS NFC NORMALIZED AND VALUE ~ '^[A-Z]{3}$');
COMMENT ON DOMAIN api.currency IS 'A currency''s code (ISO 4217), such as USD.';

-- No CHECK: a gateway's word must not make its books unreadable.
CREATE DOMAIN api.any_currency AS text;
COMMENT ON DOMAIN api.any_currency IS
'A currency''s code (ISO 4217). What a gateway takes or keeps can be in one that the shop does not sell in.';

CREATE DOMAIN api.amount AS bigint CONSTRAINT amount_out_of_range CHECK (VALUE >= 1 AND VALUE <= 1000000000000);
COMMENT ON DOMAIN api.amount IS 'An amount in minor units (cents), 1 to 1,000,000,000,000.';

CREATE DOMAIN api.price AS bigint CONSTRAINT price_out_of_range CHECK (VALUE >= 0 AND VALUE <= 1000000000000);
COMMENT ON DOMAIN api.price IS 'A price in minor units (cents), 0 to 1,000,000,000,000.';

CREATE DOMAIN api.quantity AS integer CONSTRAINT quantity_out_of_range CHECK (VALUE >= 1 AND VALUE <= 10000);
COMMENT ON DOMAIN api.quantity IS 'The number of pieces, 1 to 10,000.';

CREATE DOMAIN api.quantity_or_none AS integer CONSTRAINT quantity_out_of_range CHECK (VALUE >= 0 AND VALUE <= 10000);
COMMENT ON DOMAIN api.quantity_or_none IS 'The number of pieces, 0 to 10,000; 0 removes the line.';

-- Texts. Where a domain says IS NFC NORMALIZED, the web tier trims the text and composes it before it is validated; any
-- other caller is refused. What looks alike must be alike, and what cannot be seen must not be there:
-- - identifiers (e-mail, SKU, handle, codes) have visible characters only;
-- - a line refuses control characters, invisible ones, and those that reverse the direction of what follows. Joiners
--   (U+200C, U+200D) and variation selectors are allowed where scripts and emoji need them, which is not after Latin,
--   Greek and Cyrillic letters; tags only in flags (compare RFC 5892 appendix A, RFC 8264, UTS 39);
-- - paragraphs also allow line breaks, tabs, soft hyphens, U+200B (Khmer and Thai break lines there) and direction
--   marks, but nothing that reverses the text after them.
CREATE DOMAIN api.line AS text CONSTRAINT text_characters CHECK (VALUE IS NFC NORMALIZED AND VALUE !~
    '[\u0001-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200E\u200F\u2028-\u202E'
    '\u2060-\u206F\u2800\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\U000E0000-\U000E001F\U000E0080-\U000E00FF]'
    '|(^|[\u0001-\u058F\u200C\u200D])[\u200C\u200D]'
    '|(^|[A-Za-z\u00C0-\u058F\s\uFE00-\uFE0F])[\uFE00-\uFE0F]'
    '|(^|[\u0001-\u2E7F])[\U000E0100-\U000E01EF]'
    '|(^|[^\U0001F3F4\U000E0020-\U000E007F])[\U000E0020-\U000E007F]'
    '|^\s|\s$');
COMMENT ON DOMAIN api.line IS 'One line without invisible characters and without blanks at its ends.';

CREATE DOMAIN api.paragraphs AS text CONSTRAINT paragraph_characters CHECK (VALUE IS NFC NORMALIZED AND VALUE !~
    '[\u0001-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2061-\u206F\uFEFF\uFFF0-\uFFFB]');
COMMENT ON DOMAIN api.paragraphs IS
'Text with line breaks and tabs, without other control characters and without those that reverse its direction.';

CREATE DOMAIN api.short_text AS api.line
    CONSTRAINT text_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 200);
COMMENT ON DOMAIN api.short_text IS
'1 to 200 characters on one line, none of them invisible, and no blanks at its ends.';

CREATE DOMAIN api.long_text AS api.paragraphs CONSTRAINT text_length CHECK (char_length(VALUE) <= 10000);
COMMENT ON DOMAIN api.long_text IS
'Up to 10,000 characters, without control characters and without those that reverse the direction of the text.';

-- What is stored was validated once, perhaps by an older rule: a reader must not fail for it, so there is no CHECK.
CREATE DOMAIN api.account_email AS text;
COMMENT ON DOMAIN api.account_email IS 'An e-mail address.';

CREATE DOMAIN api.country AS text
    CONSTRAINT country_malformed CHECK (VALUE IS NFC NORMALIZED AND VALUE ~ '^[A-Z]{2}$');
COMMENT ON DOMAIN api.country IS 'A country''s code (ISO 3166-1 alpha-2), such as BD.';

CREATE TYPE api.postal_address AS (
    name text, line1 text, line2 text, city text, region text, region_name text, postal_code text, country api.country,
    phone text
);
COMMENT ON COLUMN api.postal_address.name IS 'The recipient. Null once it is erased with its account.';
COMMENT ON COLUMN api.postal_address.line1 IS 'Null once it is erased.';
COMMENT ON COLUMN api.postal_address.line2 IS 'Null: there is none.';
COMMENT ON COLUMN api.postal_address.city IS 'Null once it is erased.';
COMMENT ON COLUMN api.postal_address.region IS 'Its code (ISO 3166-2), or what was typed. Null: there is none.';
COMMENT ON COLUMN api.postal_address.region_name IS 'For labels and documents. Null if there is no `region`.';
COMMENT ON COLUMN api.postal_address.postal_code IS 'Null: there is none.';
COMMENT ON COLUMN api.postal_address.phone IS 'Null: there is none.';

CREATE DOMAIN api.bic AS text
    CONSTRAINT bic_malformed CHECK (VALUE IS NFC NORMALIZED
                                    AND VALUE ~ '^[A-Za-z0-9]{4}[A-Za-z]{2}[A-Za-z0-9]{2}([A-Za-z0-9]{3})?$');
COMMENT ON DOMAIN api.bic IS 'The code of a bank (ISO 9362), 8 or 11 characters, such as BYLADEM1001.';

CREATE DOMAIN api.slug AS text
    CONSTRAINT slug_malformed CHECK (VALUE IS NFC NORMALIZED AND char_length(VALUE) <= 100
                                     AND VALUE ~ '^[a-z0-9]+(-[a-z0-9]+)*$');
COMMENT ON DOMAIN api.slug IS 'Lower-case letters, digits and single dashes between them, 100 characters at most.';

CREATE DOMAIN api.sku AS text
    CONSTRAINT sku_malformed CHECK (VALUE IS NFC NORMALIZED AND VALUE ~ '^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$');
COMMENT ON DOMAIN api.sku IS
'An SKU has up to 64 letters, digits, dots, dashes, slashes, underscores, and begins with a letter or digit.';

CREATE DOMAIN api.image_url AS text
    CONSTRAINT image_url_malformed CHECK (char_length(VALUE) <= 1000 AND VALUE ~ '^https?://\S+$');
COMMENT ON DOMAIN api.image_url IS 'An address that begins with http:// or https://, at most 1,000 characters.';

CREATE DOMAIN api.image_urls AS api.image_url[] CONSTRAINT too_many_images CHECK (cardinality(VALUE) <= 20);
COMMENT ON DOMAIN api.image_urls IS 'At most 20 addresses of images.';

CREATE DOMAIN api.ids AS uuid[] CONSTRAINT too_many_ids CHECK (cardinality(VALUE) <= 1000);
COMMENT ON DOMAIN api.ids IS 'At most 1,000 ids.';

CREATE DOMAIN api.weight AS integer CONSTRAINT weight_out_of_range CHECK (VALUE >= 0 AND VALUE <= 10000000);
COMMENT ON DOMAIN api.weight IS 'A weight in grams, 0 to 10,000,000.';

CREATE DOMAIN api.tax_category AS text
    CONSTRAINT tax_category_malformed CHECK (VALUE IS NFC NORMALIZED AND VALUE ~ '^[a-z][a-z0-9_-]{0,39}$');
COMMENT ON DOMAIN api.tax_category IS
'The category that decides the tax rate: a word in lower case, such as standard, reduced, books.';

CREATE DOMAIN api.tax_treatment AS text CONSTRAINT tax_treatment_unknown
    CHECK (VALUE = ANY (ARRAY['S', 'Z', 'E', 'G', 'K', 'AE', 'O']));
COMMENT ON DOMAIN api.tax_treatment IS
'UNTDID 5305: S taxed, Z rate of zero, E exempt, G export, K supply within the EU, AE reverse charge, O not subject.';

-- The path finds what is below the fifth level.
CREATE DOMAIN api.metadata AS jsonb CONSTRAINT metadata_not_an_object
    CHECK (jsonb_typeof(VALUE) = 'object' AND octet_length(VALUE::text) <= 16384 AND NOT VALUE @? '$.**{6}');
COMMENT ON DOMAIN api.metadata IS
'An object of your own, such as {"ticket": "4711"}; at most 16 KiB and five levels deep.';

CREATE DOMAIN api.any_object AS jsonb CONSTRAINT json_not_an_object CHECK (jsonb_typeof(VALUE) = 'object');
COMMENT ON DOMAIN api.any_object IS 'A JSON object with fields of your own.';

-- Of one line among up to 200 of a request.
CREATE DOMAIN api.line_metadata AS jsonb CONSTRAINT metadata_not_an_object
    CHECK (jsonb_typeof(VALUE) = 'object' AND octet_length(VALUE::text) <= 2048 AND NOT VALUE @? '$.**{6}');
COMMENT ON DOMAIN api.line_metadata IS
'An object of your own, such as {"engraving": "Ada"}; at most 2 KiB and five levels deep.';

-- Of answers that are lists of what is stored. They have no CHECK, which is initialised again for each statement and
-- evaluated for each value: with them a list of twenty products took 14 % more. The document shows the other domain.
CREATE DOMAIN api.stored_currency AS text;
COMMENT ON DOMAIN api.stored_currency IS 'As api.currency: it was checked when it was stored.';
CREATE DOMAIN api.stored_image_url AS text;
COMMENT ON DOMAIN api.stored_image_url IS 'As api.image_url: it was checked when it was stored.';
CREATE DOMAIN api.stored_tax_category AS text;
COMMENT ON DOMAIN api.stored_tax_category IS 'As api.tax_category: it was checked when it was stored.';
CREATE DOMAIN api.stored_object AS jsonb;
COMMENT ON DOMAIN api.stored_object IS 'As api.any_object: it was checked when it was stored.';

CREATE DOMAIN api.failure_code AS text CONSTRAINT failure_code_malformed CHECK (VALUE ~ '^[a-z][a-z0-9_]{1,63}$');
COMMENT ON DOMAIN api.failure_code IS 'The reason of the failure as a code, such as account_closed.';
