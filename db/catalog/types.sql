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

CREATE TYPE api.category_page AS (data api.category[], next_cursor text);

CREATE DOMAIN api.attributes AS jsonb
    CONSTRAINT attributes_not_an_object CHECK (jsonb_typeof(VALUE) = 'object')
    CONSTRAINT attributes_too_large CHECK (octet_length(VALUE::text) <= 16384 AND NOT VALUE @? '$.**{6}');
COMMENT ON DOMAIN api.attributes IS
'An object with the properties of a product, such as {"colour": "red"}; at most 16 KiB and five levels deep.';

CREATE DOMAIN api.import_columns AS text[] CONSTRAINT too_many_columns CHECK (cardinality(VALUE) <= 50);
COMMENT ON DOMAIN api.import_columns IS 'The columns of the file, 50 at most.';

CREATE TYPE api.product AS (
    id uuid, merchant_id uuid, category_id uuid, sku text, name text, description text, attributes jsonb, images text[],
    weight integer, requires_shipping boolean, tax_category text, price bigint, currency text, available bigint,
    version bigint, created_at timestamptz
);

CREATE TYPE api.product_page AS (data api.product[], next_cursor text);

CREATE TYPE api.wishlist_item AS (id uuid, product_id uuid, product api.product, created_at timestamptz);
COMMENT ON COLUMN api.wishlist_item.product IS 'null: it is no longer sold.';

CREATE TYPE api.wishlist_page AS (data api.wishlist_item[], next_cursor text);

CREATE TYPE api.import_line AS (line integer, sku text, status text, code text, message text);
COMMENT ON COLUMN api.import_line.line IS 'The line number in the file; the line after the column names is 2.';
COMMENT ON COLUMN api.import_line.status IS
'created, updated, unchanged, error, or skipped (the line is valid, but others are not).';

CREATE TYPE api.import_line_page AS (data api.import_line[], next_cursor text);

CREATE TYPE api.product_import AS (
    id uuid, status text, lines integer, checked integer, created integer, updated integer, unchanged integer,
    failed integer, report api.import_line[], completed_at timestamptz, created_at timestamptz
);
COMMENT ON COLUMN api.product_import.status IS 'checking, applying, completed or rejected.';

CREATE TYPE api.product_import_page AS (data api.product_import[], next_cursor text);

CREATE TYPE api.price_version AS (
    price bigint, currency text, valid_from timestamptz, valid_until timestamptz, version bigint
);

CREATE TYPE api.price_page AS (data api.price_version[], next_cursor text);

CREATE TYPE api.stock_level AS (product_id uuid, on_hand bigint, reserved bigint, available bigint);

CREATE TYPE api.stock_movement AS (
    id uuid, kind text, on_hand_delta bigint, reserved_delta bigint, order_id uuid, reason text, actor_id uuid,
    created_at timestamptz
);

CREATE TYPE api.stock_movement_page AS (data api.stock_movement[], next_cursor text);

CREATE TYPE api.bundle_line AS (product_id uuid, quantity api.quantity);

CREATE DOMAIN api.bundle_lines AS api.bundle_line[] CONSTRAINT bundle_too_long CHECK (cardinality(VALUE) <= 50);
COMMENT ON DOMAIN api.bundle_lines IS 'The products of a bundle, 50 at most.';

CREATE TYPE api.bundle_item AS (product_id uuid, sku text, name text, quantity integer, available bigint);

CREATE TYPE api.bundle AS (
    id uuid, merchant_id uuid, category_id uuid, sku text, name text, description text, images text[],
    items api.bundle_item[], weight integer, tax_category text, price bigint, currency text, available bigint,
    version bigint, created_at timestamptz
);

CREATE TYPE api.bundle_page AS (data api.bundle[], next_cursor text);

CREATE TYPE api.country_entry AS (code text, name text, regions integer, region_expected boolean);
COMMENT ON COLUMN api.country_entry.region_expected IS 'Addresses in this country usually name a region.';

CREATE TYPE api.country_page AS (data api.country_entry[], next_cursor text);

CREATE TYPE api.region AS (code text, name text, type text, parent text);

CREATE TYPE api.region_page AS (data api.region[], next_cursor text);
