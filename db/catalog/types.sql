-- Types of the endpoints in db/catalog/api: what a client sends and what it gets.

CREATE DOMAIN api.stock_delta AS bigint
    CONSTRAINT delta_out_of_range CHECK (VALUE >= -1000000000 AND VALUE <= 1000000000 AND VALUE <> 0);
COMMENT ON DOMAIN api.stock_delta IS 'Pieces that came (positive) or went (negative), not 0, 1,000,000,000 at most.
Example: 10';

CREATE DOMAIN api.stock_count AS bigint CONSTRAINT stock_out_of_range CHECK (VALUE >= 0 AND VALUE <= 1000000000);
COMMENT ON DOMAIN api.stock_count IS 'Pieces on hand, 0 to 1,000,000,000.
Example: 20';

CREATE DOMAIN api.search_text AS text
    CONSTRAINT search_length CHECK (VALUE IS NFC NORMALIZED AND char_length(VALUE) >= 1 AND char_length(VALUE) <= 200);
COMMENT ON DOMAIN api.search_text IS 'What to look for, 1 to 200 characters.
Example: "lamp"';

CREATE DOMAIN api.product_sort AS text CONSTRAINT sort_unknown
    CHECK (VALUE = ANY (ARRAY['relevance', 'newest', 'name', 'price', '-price']));
COMMENT ON DOMAIN api.product_sort IS 'The order of the products.';

CREATE TYPE api.category AS (
    id uuid, parent_id uuid, slug text, name text, "position" integer, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.category.parent_id IS 'Null at the top.';
COMMENT ON COLUMN api.category.position IS 'Its place among the categories of the same parent, smallest first.';

CREATE TYPE api.category_page AS (data api.category[], next_cursor text);

CREATE DOMAIN api.attributes AS jsonb
    CONSTRAINT attributes_not_an_object CHECK (jsonb_typeof(VALUE) = 'object')
    CONSTRAINT attributes_too_large CHECK (octet_length(VALUE::text) <= 16384 AND NOT VALUE @? '$.**{6}');
COMMENT ON DOMAIN api.attributes IS
'An object with the properties of a product, such as {"colour": "red"}; at most 16 KiB and five levels deep.';

CREATE DOMAIN api.import_columns AS text[] CONSTRAINT too_many_columns CHECK (cardinality(VALUE) <= 50);
COMMENT ON DOMAIN api.import_columns IS 'The columns of the file, 50 at most.';

CREATE DOMAIN api.option_name AS api.line
    CONSTRAINT option_name_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 50);
COMMENT ON DOMAIN api.option_name IS 'The name of an option, such as size: 1 to 50 characters on one line.';

CREATE DOMAIN api.option_value AS api.line
    CONSTRAINT option_value_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 50);
COMMENT ON DOMAIN api.option_value IS 'A value of an option, such as M: 1 to 50 characters on one line.';

CREATE DOMAIN api.option_value_list AS api.option_value[] CONSTRAINT too_many_values CHECK (cardinality(VALUE) <= 100);
COMMENT ON DOMAIN api.option_value_list IS 'The values of an option in their order, at most 100.';

CREATE DOMAIN api.option_values AS jsonb
    CONSTRAINT option_values_not_text
        CHECK (jsonb_typeof(VALUE) = 'object' AND NOT VALUE @? '$.* ? (@.type() != "string")'::jsonpath)
    CONSTRAINT option_values_too_large CHECK (octet_length(VALUE::text) <= 2000);
COMMENT ON DOMAIN api.option_values IS
'An object with the value of each option, such as {"size": "M", "colour": "red"}.';

CREATE DOMAIN api.stored_option_values AS jsonb;
COMMENT ON DOMAIN api.stored_option_values IS 'As api.option_values: it was checked when it was stored.';

CREATE DOMAIN api.product_filters AS jsonb
    CONSTRAINT filters_not_text
        CHECK (jsonb_typeof(VALUE) = 'object' AND NOT VALUE @? '$.* ? (@.type() != "string")'::jsonpath)
    CONSTRAINT filters_too_large CHECK (octet_length(VALUE::text) <= 4000);
COMMENT ON DOMAIN api.product_filters IS
'Each is a parameter of its own: `option.size=M` for variants of this size, `attribute.colour=red` for this attribute.';

CREATE TYPE api.new_option AS (name api.option_name, "values" api.option_value_list);
COMMENT ON COLUMN api.new_option.values IS 'In the order in which they are shown.';

CREATE DOMAIN api.product_options AS api.new_option[] CONSTRAINT too_many_options CHECK (cardinality(VALUE) <= 3);
COMMENT ON DOMAIN api.product_options IS 'The options of a product, 3 at most.';

CREATE TYPE api.new_variant AS (
    sku api.sku, option_values api.option_values, price api.price, stock api.stock_count, images api.image_urls,
    attributes api.attributes, weight api.weight, requires_shipping boolean
);
COMMENT ON COLUMN api.new_variant.images IS 'Optional.';
COMMENT ON COLUMN api.new_variant.attributes IS 'Optional. Besides those of its parent.';
COMMENT ON COLUMN api.new_variant.weight IS 'Optional. By default its parent''s.';
COMMENT ON COLUMN api.new_variant.requires_shipping IS 'Optional. By default as its parent.';

CREATE DOMAIN api.new_variants AS api.new_variant[] CONSTRAINT too_many_variants CHECK (cardinality(VALUE) <= 500);
COMMENT ON DOMAIN api.new_variants IS 'The variants of a product, 500 at most.';

CREATE TYPE api.product_option AS (name text, "values" text[]);
COMMENT ON COLUMN api.product_option.values IS 'In the order in which they are shown.';

CREATE TYPE api.product_variant AS (
    id uuid, sku text, option_values api.stored_option_values, images api.stored_image_url[], price bigint,
    available bigint
);
COMMENT ON COLUMN api.product_variant.images IS 'Its own; empty: those of its parent show it.';
COMMENT ON COLUMN api.product_variant.price IS 'In minor units. Null: it has no price in the product''s currency now.';
COMMENT ON COLUMN api.product_variant.available IS 'The number of pieces that can be ordered now.';

CREATE TYPE api.product AS (
    id uuid, merchant_id uuid, category_id uuid, parent_id uuid, sku text, name text, description text,
    attributes api.stored_object, images api.stored_image_url[], options api.product_option[],
    option_values api.stored_option_values, variants api.product_variant[], weight integer, requires_shipping boolean,
    tax_category api.stored_tax_category, price bigint, price_from bigint, price_to bigint,
    currency api.stored_currency, available bigint, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.product.category_id IS 'Null: it is in no category.';
COMMENT ON COLUMN api.product.parent_id IS
'Of a variant: the product that it is a variant of. Null: it is no variant.';
COMMENT ON COLUMN api.product.options IS
'What its variants differ in, 3 at most. A product with options is not sold itself: its variants are.';
COMMENT ON COLUMN api.product.option_values IS
'Of a variant: its value of each option of its parent. Empty for others.';
COMMENT ON COLUMN api.product.variants IS 'All of them, where a single product is read; empty in lists.';
COMMENT ON COLUMN api.product.price_from IS
'The lowest price of its variants; the price of a product without. Null: it has no price in this currency now.';
COMMENT ON COLUMN api.product.price_to IS
'The highest price of its variants; the price of a product without. Null: it has no price in this currency now.';
COMMENT ON COLUMN api.product.description IS 'Empty where there is none.';
COMMENT ON COLUMN api.product.weight IS 'In grams.';
COMMENT ON COLUMN api.product.price IS
'In minor units. Null: it has no price in this currency now, or it has options.';
COMMENT ON COLUMN api.product.currency IS 'Of the prices. Null without a price.';
COMMENT ON COLUMN api.product.available IS 'The number of pieces that can be ordered now, of all variants together.';

CREATE TYPE api.product_page AS (data api.product[], next_cursor text);

CREATE TYPE api.wishlist_item AS (id uuid, product_id uuid, product api.product, created_at timestamptz);
COMMENT ON COLUMN api.wishlist_item.product IS 'As it is now. Null: it is no longer sold.';

CREATE TYPE api.wishlist_page AS (data api.wishlist_item[], next_cursor text);

CREATE DOMAIN api.import_conflict AS text CONSTRAINT import_conflict_unknown
    CHECK (VALUE = ANY (ARRAY['reject', 'file', 'shop']));
COMMENT ON DOMAIN api.import_conflict IS
'What wins where file and shop have both changed a value since the export; reject: the file is refused.';

CREATE DOMAIN api.import_line_status AS text CONSTRAINT import_line_status_unknown
    CHECK (VALUE = ANY (ARRAY['created', 'updated', 'unchanged', 'error', 'skipped']));
COMMENT ON DOMAIN api.import_line_status IS 'What became of a line.';

CREATE TYPE api.import_line AS (line integer, sku text, status api.import_line_status, code text, message text);
COMMENT ON COLUMN api.import_line.line IS 'The line number in the file; the line after the column names is 2.';
COMMENT ON COLUMN api.import_line.sku IS 'Null: the line has none, which is an error.';
COMMENT ON COLUMN api.import_line.status IS 'skipped: it is valid, but others are not. Null until it has been checked.';
COMMENT ON COLUMN api.import_line.code IS 'What is wrong with it, for a program. Null unless its status is error.';
COMMENT ON COLUMN api.import_line.message IS 'What is wrong with it. Null unless its status is error.';

CREATE TYPE api.import_line_page AS (data api.import_line[], next_cursor text);

CREATE DOMAIN api.import_status AS text CONSTRAINT import_status_unknown
    CHECK (VALUE = ANY (ARRAY['checking', 'applying', 'completed', 'rejected']));
COMMENT ON DOMAIN api.import_status IS 'How far an import is. rejected: a line has an error, so nothing was changed.';

CREATE TYPE api.product_import AS (
    id uuid, status api.import_status, lines integer, checked integer, created integer, updated integer,
    unchanged integer, failed integer, report api.import_line[], completed_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.product_import.lines IS 'The number of lines in the file.';
COMMENT ON COLUMN api.product_import.checked IS 'The number of lines that have been checked.';
COMMENT ON COLUMN api.product_import.failed IS 'The number of lines with an error.';
COMMENT ON COLUMN api.product_import.report IS
'Line by line, 1,000 at most, errors first; empty in the list of imports.';
COMMENT ON COLUMN api.product_import.completed_at IS 'Null until it is completed or rejected.';

CREATE TYPE api.product_import_page AS (data api.product_import[], next_cursor text);

CREATE TYPE api.price_version AS (
    price bigint, currency api.currency, valid_from timestamptz, valid_until timestamptz, version bigint
);
COMMENT ON COLUMN api.price_version.valid_until IS
'When the next price begins. Null while no end is known; one to come is known to its merchant and to staff only.';

CREATE TYPE api.price_page AS (data api.price_version[], next_cursor text);

CREATE TYPE api.stock_level AS (product_id uuid, on_hand bigint, reserved bigint, available bigint);
COMMENT ON COLUMN api.stock_level.reserved IS 'Pieces that orders hold.';

CREATE DOMAIN api.stock_movement_kind AS text CONSTRAINT movement_kind_unknown
    CHECK (VALUE = ANY (ARRAY['adjustment', 'reservation', 'release', 'sale', 'return']));
COMMENT ON DOMAIN api.stock_movement_kind IS 'Why the stock changed.';

CREATE TYPE api.stock_movement AS (
    id uuid, kind api.stock_movement_kind, on_hand_delta bigint, reserved_delta bigint, order_id uuid, reason text,
    actor_id uuid, created_at timestamptz
);
COMMENT ON COLUMN api.stock_movement.order_id IS 'Null: no order is the cause.';
COMMENT ON COLUMN api.stock_movement.reason IS 'Null where none was given.';
COMMENT ON COLUMN api.stock_movement.actor_id IS 'The account that did it. Null: the shop itself.';

CREATE TYPE api.stock_movement_page AS (data api.stock_movement[], next_cursor text);

CREATE TYPE api.bundle_line AS (product_id uuid, quantity api.quantity);

CREATE DOMAIN api.bundle_lines AS api.bundle_line[] CONSTRAINT bundle_too_long CHECK (cardinality(VALUE) <= 50);
COMMENT ON DOMAIN api.bundle_lines IS 'The products of a bundle, 50 at most.';

CREATE TYPE api.bundle_item AS (product_id uuid, sku text, name text, quantity integer, available bigint);
COMMENT ON COLUMN api.bundle_item.quantity IS 'Pieces in one bundle.';

CREATE TYPE api.bundle AS (
    id uuid, merchant_id uuid, category_id uuid, sku text, name text, description text, images api.stored_image_url[],
    items api.bundle_item[], weight integer, tax_category api.stored_tax_category, price bigint,
    currency api.stored_currency, available bigint, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.bundle.category_id IS 'Null: it is in no category.';
COMMENT ON COLUMN api.bundle.description IS 'Empty where there is none.';
COMMENT ON COLUMN api.bundle.weight IS 'In grams.';
COMMENT ON COLUMN api.bundle.price IS 'In minor units. Null: it has no price in this currency now.';
COMMENT ON COLUMN api.bundle.currency IS 'Of the price. Null without a price.';
COMMENT ON COLUMN api.bundle.available IS
'The number of bundles that can be ordered now: as many as its products allow.';

CREATE TYPE api.bundle_page AS (data api.bundle[], next_cursor text);

CREATE TYPE api.country_entry AS (code api.country, name text, regions integer, region_expected boolean);
COMMENT ON COLUMN api.country_entry.region_expected IS 'Addresses in this country usually name a region.';

CREATE TYPE api.country_page AS (data api.country_entry[], next_cursor text);

CREATE TYPE api.region AS (code text, name text, type text, parent text);
COMMENT ON COLUMN api.region.code IS 'ISO 3166-2, such as US-CA.';
COMMENT ON COLUMN api.region.type IS 'What the country calls it, in English, such as State or Province.';
COMMENT ON COLUMN api.region.parent IS 'The code of the region that contains it. Null: the country does.';

CREATE TYPE api.region_page AS (data api.region[], next_cursor text);
