-- The documents that were issued from one day to another, both included: days in the time zone of each document.
-- Callers:   booked_taxes.
CREATE OR REPLACE FUNCTION billing.documents_between("from" date, "to" date)
RETURNS SETOF billing.invoices
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Ids rise with time, so the primary key finds the begin. A time zone is at most 14 hours away from UTC, and ids
    -- begin with 1970.
    v_first CONSTANT uuid := uuidv7(greatest(documents_between."from", '1970-01-03') - interval '1 day'
                                    - now()::timestamp);
BEGIN
    RETURN QUERY
    SELECT i.* FROM billing.invoices AS i
    WHERE i.id >= v_first
      AND (i.created_at AT TIME ZONE i.time_zone)::date BETWEEN documents_between."from" AND documents_between."to";
END $$;

GRANT EXECUTE ON FUNCTION billing.documents_between TO store_api;
