-- The language (BCP 47: en, pt-BR) in which an account gets mails and documents: its own, or the shop's.
-- Callers:   render_account, render_admin_account; documents and mails.
CREATE OR REPLACE FUNCTION identity.language_of(account identity.accounts)
RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce((language_of.account).language, (SELECT s.language FROM sales.settings AS s), 'en');
END;

GRANT EXECUTE ON FUNCTION identity.language_of TO store_api;
