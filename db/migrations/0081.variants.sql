-- transactional: false
-- depends: 0080.accounts_without_email
-- Variants: a parent has options (size, colour) and is not sold; each of its variants is a product with a value of
-- every option. A web tier of before shows variants as products of their own.
-- A second time it does nothing.

ALTER TABLE catalog.products
    ADD COLUMN IF NOT EXISTS parent_id uuid,
    ADD COLUMN IF NOT EXISTS option_values jsonb,
    -- Of a parent: the SKUs and values of its variants, which find it in a search.
    ADD COLUMN IF NOT EXISTS variant_words text NOT NULL DEFAULT '';

-- A kind more; the others are of a run that was interrupted.
-- squawk-ignore ban-drop-constraint
ALTER TABLE catalog.products DROP CONSTRAINT IF EXISTS product_kind_unknown;
-- squawk-ignore ban-drop-constraint
ALTER TABLE catalog.products DROP CONSTRAINT IF EXISTS parent_in_use;
-- squawk-ignore ban-drop-constraint
ALTER TABLE catalog.products DROP CONSTRAINT IF EXISTS variant_is_a_product;
-- squawk-ignore ban-drop-constraint
ALTER TABLE catalog.products DROP CONSTRAINT IF EXISTS variant_without_values;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE catalog.products
    ADD CONSTRAINT product_kind_unknown CHECK (kind IN ('product', 'bundle', 'parent')) NOT VALID,
    ADD CONSTRAINT variant_is_a_product CHECK (parent_id IS NULL OR kind = 'product') NOT VALID,
    ADD CONSTRAINT variant_without_values CHECK ((parent_id IS NULL) = (option_values IS NULL)) NOT VALID,
    ADD CONSTRAINT parent_in_use FOREIGN KEY (parent_id) REFERENCES catalog.products ON DELETE RESTRICT NOT VALID;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE catalog.products VALIDATE CONSTRAINT product_kind_unknown;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE catalog.products VALIDATE CONSTRAINT variant_is_a_product;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE catalog.products VALIDATE CONSTRAINT variant_without_values;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE catalog.products VALIDATE CONSTRAINT parent_in_use;
COMMENT ON CONSTRAINT variant_is_a_product ON catalog.products IS 'Only a product can be a variant.';
COMMENT ON CONSTRAINT variant_without_values ON catalog.products IS 'A variant has a value of each option.';

-- In the order of the positions, so that a page reads them with one look-up.
CREATE TABLE IF NOT EXISTS catalog.product_options (
    product_id uuid NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    position   smallint NOT NULL CONSTRAINT too_many_options CHECK (position BETWEEN 1 AND 3),
    name       text NOT NULL CONSTRAINT option_name_length CHECK (char_length(name) BETWEEN 1 AND 50),
    "values"   text[] NOT NULL CONSTRAINT option_values_count CHECK (cardinality("values") BETWEEN 1 AND 100),
    PRIMARY KEY (product_id, position)
);
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX IF NOT EXISTS option_twice ON catalog.product_options (product_id, lower(name));
COMMENT ON CONSTRAINT too_many_options ON catalog.product_options IS 'A product has at most 3 options.';
COMMENT ON CONSTRAINT option_values_count ON catalog.product_options IS 'An option has 1 to 100 values.';
COMMENT ON INDEX catalog.option_twice IS 'Two options have the same name.';

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS variant_exists ON catalog.products (parent_id, option_values)
    WHERE parent_id IS NOT NULL AND deleted_at IS NULL;
COMMENT ON INDEX catalog.variant_exists IS 'There is a variant with these values already.';
-- The variants of a parent, oldest first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_parent ON catalog.products (parent_id, id) WHERE parent_id IS NOT NULL;
-- option.size=m: names and values are compared without case.
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_option_values ON catalog.products
    USING gin ((lower(option_values::text)::jsonb) jsonb_path_ops) WHERE parent_id IS NOT NULL AND deleted_at IS NULL;
-- attribute.colour=red.
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_attributes ON catalog.products
    USING gin (attributes jsonb_path_ops) WHERE parent_id IS NULL AND deleted_at IS NULL;

-- Lists show no single variants, so their indexes have none.
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_listed ON catalog.products (created_at DESC, id DESC)
    WHERE deleted_at IS NULL AND parent_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_listed_name ON catalog.products (name, id)
    WHERE deleted_at IS NULL AND parent_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_category_listed
    ON catalog.products (category_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL AND parent_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_category_listed_name ON catalog.products (category_id, name, id)
    WHERE deleted_at IS NULL AND parent_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS products_merchant_listed
    ON catalog.products (merchant_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL AND parent_id IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS catalog.products_newest;
DROP INDEX CONCURRENTLY IF EXISTS catalog.products_name;
DROP INDEX CONCURRENTLY IF EXISTS catalog.products_category_name;
