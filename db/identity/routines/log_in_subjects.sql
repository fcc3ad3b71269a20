-- The subjects that an attempt to log in is counted for, and how many attempts each may have within 15 minutes: the
-- address (300), the e-mail from anywhere (50), the e-mail from this address (10). Only hashes of e-mails are stored.
-- The rows are locked in this order, so that two log-ins cannot deadlock.
-- Callers:   count_log_in, forget_log_in.
CREATE OR REPLACE FUNCTION identity.log_in_subjects(email text, client_address text)
RETURNS TABLE (subject text, allowed integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s.subject, s.allowed
    FROM (SELECT encode(sha256(convert_to(lower(log_in_subjects.email), 'UTF8')), 'hex') AS email,
                 left(log_in_subjects.client_address, 64) AS address) AS who
    CROSS JOIN LATERAL (VALUES
        (1, 'address:' || who.address, 300),
        (2, 'email:' || who.email, 50),
        (3, 'pair:' || who.email || ':' || coalesce(who.address, ''), 10)
    ) AS s(place, subject, allowed)
    WHERE s.subject IS NOT NULL
    ORDER BY s.place;
END;
