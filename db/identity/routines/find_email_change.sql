-- The addresses of an e-mail change, for the mails about it; no row when it has been erased.
-- Callers:   api.prepare_mail.
-- Definer:   reads e-mail changes, which no caller may.
CREATE OR REPLACE FUNCTION identity.find_email_change(change_id uuid)
RETURNS TABLE (old_email text, new_email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT c.old_email, c.new_email FROM identity.email_changes AS c WHERE c.id = find_email_change.change_id;
END;

GRANT EXECUTE ON FUNCTION identity.find_email_change TO store_api;
