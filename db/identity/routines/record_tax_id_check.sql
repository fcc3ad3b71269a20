-- Stores what a service answered about a tax id. An answer is not replaced by the absence of one. Of a valid id the
-- service is asked again after half a year, of an invalid one, whose registration may be new, after a month.
-- Callers:   api.record_tax_id_check.
-- Locks:     the row of the tax id.
-- Definer:   no other code may write what a service answered.
CREATE OR REPLACE FUNCTION identity.record_tax_id_check(
    check_id uuid, status text, service text, name text, reference text
)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE identity.tax_id_checks AS c
    SET status = record_tax_id_check.status, service = record_tax_id_check.service,
        name = left(record_tax_id_check.name, 500), reference = left(record_tax_id_check.reference, 100),
        checked_at = clock_timestamp(),
        check_at = CASE record_tax_id_check.status WHEN 'valid' THEN now() + interval '6 months'
                                                   WHEN 'invalid' THEN now() + interval '1 month'
                                                   ELSE c.check_at END
    WHERE c.id = record_tax_id_check.check_id
      AND NOT (record_tax_id_check.status = 'unavailable' AND c.status IN ('valid', 'invalid'));
END;

GRANT EXECUTE ON FUNCTION identity.record_tax_id_check TO store_api;
