-- The number of a page's rows that are sent together: as many as fit into 1 MiB, and at least one. Rows have limits of
-- their own, but a hundred of the largest would be megabytes; the page then ends early, with a cursor.
-- Callers:   the lists whose rows can be large, for a page of more than 1 MiB.
CREATE OR REPLACE FUNCTION messaging.fit_page(sizes integer[])
RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT greatest(1, count(*) FILTER (WHERE s.so_far <= 1048576))::integer
    FROM (SELECT sum(z.size) OVER (ORDER BY z.n) AS so_far
          FROM unnest(fit_page.sizes) WITH ORDINALITY AS z (size, n)) AS s;
END;

GRANT EXECUTE ON FUNCTION messaging.fit_page TO store_api;
