-- depends: 0083.promotion_scope
-- What an exported line was based on: an import applies the difference, and keeps what the shop has changed since.
ALTER TABLE catalog.import_lines ADD COLUMN base text;

-- What happens to a value that both the file and the shop have changed. The table has a month of imports at most.
ALTER TABLE catalog.imports ADD COLUMN on_conflict text NOT NULL DEFAULT 'reject';
ALTER TABLE catalog.imports
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT import_conflict_unknown CHECK (on_conflict IN ('reject', 'file', 'shop'));

-- What an imported line of an export said last: the same file sent again, or edited further, is compared with it, so
-- that no difference is applied twice. Deleted 90 days after the export.
CREATE TABLE catalog.import_bases (
    product_id  uuid NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    exported_at timestamptz NOT NULL,
    price       bigint,                          -- null: it had none
    currency    char(3),
    stock       bigint NOT NULL,                 -- pieces on hand
    fields      text[] NOT NULL,                 -- hashes of the other cells: catalog.hash_fields
    PRIMARY KEY (product_id, exported_at)
);
CREATE INDEX import_bases_exported ON catalog.import_bases (exported_at);
