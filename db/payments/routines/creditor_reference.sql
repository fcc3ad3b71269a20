-- The structured creditor reference of ISO 11649 for up to 21 capitals and digits: RF and two check digits before them,
-- so that a reference with a typing error is none.
-- Callers:   payments.instruct_transfer.
CREATE OR REPLACE FUNCTION payments.creditor_reference(body text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'RF' || lpad((98 - payments.mod_97(creditor_reference.body || 'RF00'))::text, 2, '0')
        || creditor_reference.body
$$;

GRANT EXECUTE ON FUNCTION payments.creditor_reference TO store_api;
