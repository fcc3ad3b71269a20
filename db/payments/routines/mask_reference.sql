-- A provider's id as people may see it: •••• and its last four characters if it is longer than eight, otherwise only
-- the ••••. NULL for NULL.
-- Callers:   api.render_payment, api.render_payout, the views in report.
CREATE OR REPLACE FUNCTION payments.mask_reference(reference text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN reference IS NOT NULL
            THEN '••••' || CASE WHEN char_length(reference) > 8 THEN right(reference, 4) ELSE '' END END;

GRANT EXECUTE ON FUNCTION payments.mask_reference TO store_api, app_readonly, app_merchant_sql;
