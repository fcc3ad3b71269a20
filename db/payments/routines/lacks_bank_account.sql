-- Whether a way of paying by bank transfer is offered although the seller has no valid IBAN: customers then get no
-- instructions.
-- Callers:   storeproc check.
CREATE OR REPLACE FUNCTION payments.lacks_bank_account()
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM payments.providers AS p WHERE p.enabled AND p.to_bank_account)
        AND NOT payments.is_iban((SELECT s.iban FROM billing.sellers AS s ORDER BY s.version DESC LIMIT 1))
$$;
