-- Refuses a caller with an API key. Functions about log-ins, and about all data of a person, call it; those that call
-- require_fresh() need not.
-- Callers:   api functions, right after identity.authenticate().
-- Errors:    session_required 403.
CREATE OR REPLACE FUNCTION identity.require_session()
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF identity.current_key() IS NOT NULL THEN
        PERFORM identity.refuse_key();
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION identity.require_session TO store_api;
