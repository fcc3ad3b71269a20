-- depends: 0076.tax_ids_again
-- Tax is rounded once a line. Some tax offices (Japan, Texas) accept only one rounding for all that a document
-- taxes alike, which is also how EN 16931 computes it.
ALTER TABLE sales.settings
    ADD COLUMN tax_rounding text NOT NULL DEFAULT 'line',
    ADD CONSTRAINT tax_rounding_unknown CHECK (tax_rounding IN ('line', 'document')) NOT VALID;
