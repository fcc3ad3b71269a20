-- Asks for an export of everything that is stored about the caller, which the worker prepares. It replaces the last.
-- Locks:  the account's export.
-- Errors: session_required 403; export_pending, export_ready 409.
CREATE DOMAIN api.export_status AS text
    CONSTRAINT export_status_unknown CHECK (VALUE = ANY (ARRAY['pending', 'completed', 'failed']));
COMMENT ON DOMAIN api.export_status IS 'How far an export is.';
CREATE TYPE api.account_export AS (
    id uuid, status api.export_status, size bigint, completed_at timestamptz, expires_at timestamptz,
    created_at timestamptz
);
COMMENT ON COLUMN api.account_export.size IS 'In bytes, as far as it has been written.';
COMMENT ON COLUMN api.account_export.completed_at IS 'Null until it is completed.';
COMMENT ON COLUMN api.account_export.expires_at IS 'When the file is deleted. Null until it is completed.';

-- What the web tier sends once it is completed, in the parts that identity.advance_export() has written.
CREATE TYPE api.account_export_file AS (
    id uuid, status api.export_status, created_at timestamptz, data api.any_object
);
COMMENT ON COLUMN api.account_export_file.data IS 'A list of rows for each kind of data that is stored.';

CREATE FUNCTION api.export_account()
RETURNS api.account_export
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_export identity.account_exports;
BEGIN
    PERFORM identity.require_session();
    SELECT * INTO v_export FROM identity.account_exports AS e WHERE e.account_id = v_actor;
    IF v_export.status = 'completed' AND v_export.completed_at > now() - interval '1 hour' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'export_ready',
            MESSAGE = 'An export of the last hour is ready.', HINT = 'Download it with GET /v1/account/export.';
    END IF;
    DELETE FROM identity.account_exports AS e WHERE e.account_id = v_actor AND e.status <> 'pending';
    INSERT INTO identity.account_exports AS e (account_id) VALUES (v_actor)
    ON CONFLICT ON CONSTRAINT account_exports_pkey DO NOTHING
    RETURNING e.* INTO v_export;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'export_pending',
            MESSAGE = 'An export is being prepared.', HINT = 'Look for it with GET /v1/account/export.';
    END IF;
    PERFORM audit.record_security_event('data_exported', v_actor);
    PERFORM messaging.enqueue_job('export_account', jsonb_build_object('account_id', v_actor));
    RETURN api.render_account_export(v_export);
END $$;

COMMENT ON FUNCTION api.export_account IS
'Export your data

Everything that is stored about you, in one JSON file: account, addresses, sessions, orders, payments, refunds, returns,
wallet and credit, cart, wish list, events, mails, and what a merchant has created. The file is prepared in the
background: `GET /v1/account/export` has its status, then the file. It is deleted after seven days, and when the account
is closed. One at a time, and one an hour.';

GRANT EXECUTE ON FUNCTION api.export_account TO app_customer;
