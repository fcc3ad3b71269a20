-- An outside id as a person may see it: its last four characters when it is longer than eight, else none.
CREATE OR REPLACE FUNCTION payments.mask_reference(reference text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN reference IS NOT NULL THEN '••••' || CASE WHEN char_length(reference) > 8 THEN right(reference, 4) ELSE '' END END;

GRANT EXECUTE ON FUNCTION payments.mask_reference TO store_api, app_readonly, app_merchant_sql;
