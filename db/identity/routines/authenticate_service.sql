-- Makes sure that one of the shop's own services (gateway, worker) is calling. The login role is the proof; there is no
-- token.
-- Callers:   the first line of every service function in api.
-- Errors:    forbidden, isolation_refused 403.
CREATE OR REPLACE FUNCTION identity.authenticate_service(service text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF session_user <> 'web_' || service AND NOT pg_has_role(session_user, 'store_owner', 'MEMBER') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'forbidden',
            MESSAGE = 'Only the shop''s own services can call this.';
    END IF;
    -- As identity.authenticate() says.
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'isolation_refused',
            MESSAGE = 'Calls must use the isolation level READ COMMITTED.';
    END IF;
    PERFORM set_config('app.actor', '', true),
            set_config('app.audience', service, true),
            set_config('app.session', '', true);
END $$;

GRANT EXECUTE ON FUNCTION identity.authenticate_service TO store_api;
