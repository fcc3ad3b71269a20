-- What is known about a tax id of an account: not_verified, valid, invalid or unavailable; NULL for none.
-- Callers:   render_account, render_address; the treatment of taxes.
-- Definer:   a session that begins has no caller yet, for whom row security would show the row.
CREATE OR REPLACE FUNCTION identity.tax_id_status(account_id uuid, tax_id text)
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN tax_id_status.tax_id IS NOT NULL THEN coalesce((
        SELECT c.status FROM identity.tax_id_checks AS c
        WHERE c.account_id = tax_id_status.account_id AND c.tax_id = tax_id_status.tax_id
    ), 'not_verified') END;
END;

GRANT EXECUTE ON FUNCTION identity.tax_id_status TO store_api;
