-- The time up to which all of these reports are complete; NULL if one of them has never been refreshed.
-- Callers:   the endpoints that return reports.
CREATE OR REPLACE FUNCTION report.as_of(VARIADIC views text[])
RETURNS timestamptz
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE WHEN bool_and(r.as_of IS NOT NULL) THEN min(r.as_of) END
    FROM report.refreshes AS r
    WHERE r.name = ANY (as_of.views);
END;

GRANT EXECUTE ON FUNCTION report.as_of TO store_api;
