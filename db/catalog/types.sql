-- Types of the endpoints in db/catalog/api: what a client sends and what it gets.

CREATE DOMAIN api.stock_delta AS bigint
    CONSTRAINT delta_out_of_range CHECK (VALUE >= -1000000000 AND VALUE <= 1000000000 AND VALUE <> 0);
COMMENT ON DOMAIN api.stock_delta IS 'Pieces that came (positive) or went (negative), not 0, 1,000,000,000 at most.';

CREATE DOMAIN api.stock_count AS bigint CONSTRAINT stock_out_of_range CHECK (VALUE >= 0 AND VALUE <= 1000000000);
COMMENT ON DOMAIN api.stock_count IS 'Pieces on hand, 0 to 1,000,000,000.';

CREATE DOMAIN api.search_text AS text
    CONSTRAINT search_length CHECK (VALUE IS NFC NORMALIZED AND char_length(VALUE) >= 1 AND char_length(VALUE) <= 200);
COMMENT ON DOMAIN api.search_text IS 'What to look for, 1 to 200 characters.';

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

CREATE TYPE api.product AS (
    id uuid, merchant_id uuid, category_id uuid, sku text, name text, description text, attributes api.stored_object,
    images api.stored_image_url[], weight integer, requires_shipping boolean, tax_category api.stored_tax_category,
    price bigint, currency api.stored_currency, available bigint, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.product.category_id IS 'Null: it is in no category.';
COMMENT ON COLUMN api.product.description IS 'Empty where there is none.';
COMMENT ON COLUMN api.product.weight IS 'In grams.';
COMMENT ON COLUMN api.product.price IS 'In minor units. Null: it has no price in this currency now.';
COMMENT ON COLUMN api.product.currency IS 'Of the price. Null without a price.';
COMMENT ON COLUMN api.product.available IS 'The number of pieces that can be ordered now.';

CREATE TYPE api.product_page AS (data api.product[], next_cursor text);

CREATE TYPE api.wishlist_item AS (id uuid, product_id uuid, product api.product, created_at timestamptz);
COMMENT ON COLUMN api.wishlist_item.product IS 'As it is now. Null: it is no longer sold.';

CREATE TYPE api.wishlist_page AS (data api.wishlist_item[], next_cursor text);

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
