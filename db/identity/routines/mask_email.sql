-- An e-mail address as an analyst may see it: its first letter and its top-level domain.
-- Callers:   report.v_customers_safe, report.v_payments_safe.
CREATE OR REPLACE FUNCTION identity.mask_email(email text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN email IS NOT NULL
            THEN left(email, 1) || '•••@•••' || coalesce(substring(email FROM '\.[^.@]*$'), '') END;

GRANT EXECUTE ON FUNCTION identity.mask_email TO app_readonly;
