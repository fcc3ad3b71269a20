-- The next number of a series, of the year that it is in the shop's time zone. A concurrent transaction waits until
-- this one has ended, and gets the same number if it failed, so there is no gap.
-- Callers:   issue_invoice, issue_credit_note, issue_debit_note.
-- Locks:     the series, last of all.
CREATE OR REPLACE FUNCTION billing.next_number(kind text)
RETURNS TABLE (year integer, sequence bigint, time_zone text)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO billing.series AS s (kind, year, last_sequence)
    SELECT next_number.kind, extract(year FROM clock_timestamp() AT TIME ZONE h.time_zone)::integer, 1
    FROM sales.settings AS h
    ON CONFLICT (kind, year) DO UPDATE SET last_sequence = s.last_sequence + 1
    RETURNING s.year, s.last_sequence, (SELECT h.time_zone FROM sales.settings AS h);
END;
