-- The rate in per cent that makes this tax of this net amount: the roundest one that does. An order line keeps its tax, not its rate.
-- Called by: issue_invoice.
CREATE OR REPLACE FUNCTION billing.tax_rate(net bigint, tax bigint)
RETURNS numeric
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT round(e.rate, d) FROM generate_series(0, 3) AS d WHERE round(tax_rate.net * round(e.rate, d) / 100) = tax_rate.tax ORDER BY d LIMIT 1),
        round(e.rate, 4), 0)
    FROM (SELECT 100.0 * tax_rate.tax / nullif(tax_rate.net, 0)) AS e (rate);
END;
