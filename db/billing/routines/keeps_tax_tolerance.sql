-- Whether the tax of each rate is close enough to that rate of its net amount for EN 16931 (BR-S-09): less than one
-- whole unit of the currency apart. Tax is rounded once per line, so in a currency without decimals, or over very many
-- lines, the difference can be larger.
-- Callers:   issue_invoice, issue_credit_note.
CREATE OR REPLACE FUNCTION billing.keeps_tax_tolerance(lines billing.invoice_items[], minor_units integer)
RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
RETURN NOT EXISTS (
    SELECT FROM unnest(keeps_tax_tolerance.lines) AS l
    GROUP BY l.tax_rate
    HAVING abs(sum(l.tax) - round(sum(l.total - l.tax) * l.tax_rate / 100, 2 - keeps_tax_tolerance.minor_units))
           >= power(10::numeric, keeps_tax_tolerance.minor_units)
);
