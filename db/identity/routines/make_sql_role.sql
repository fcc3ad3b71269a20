-- Creates a log-in role for a merchant who reads report.my_… with SQL; the caller sets its password. One role per
-- merchant: a repeated call returns the same role, made again if it was dropped.
-- Callers:   `storeproc merchant-role`, as administrator (who may create roles).
-- Locks:     none: it only inserts.
-- Errors:    account_not_found 404 (no active merchant has this e-mail).
CREATE OR REPLACE FUNCTION identity.make_sql_role(email text)
RETURNS name
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_account_id uuid;
    v_role       name;
    v_is_new     boolean;
BEGIN
    SELECT a.id INTO v_account_id FROM identity.accounts AS a
    WHERE lower(a.email) = lower(make_sql_role.email) AND a.role = 'merchant' AND a.status = 'active';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'account_not_found',
            MESSAGE = 'There is no active merchant with this e-mail address.';
    END IF;
    SELECT r.role_name INTO v_role FROM identity.sql_roles AS r WHERE r.account_id = v_account_id;
    v_is_new := NOT FOUND;
    IF v_is_new THEN
        v_role := 'merchant_' || right(replace(v_account_id::text, '-', ''), 16);
        INSERT INTO identity.sql_roles (role_name, account_id) VALUES (v_role, v_account_id);
    END IF;
    IF v_is_new OR NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = v_role) THEN
        EXECUTE format(
            'CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 5 IN ROLE app_merchant_sql',
            v_role
        );
        PERFORM identity.limit_sql_roles();
        EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', v_role);
        EXECUTE format('ALTER ROLE %I SET search_path = report, pg_catalog', v_role);
    END IF;
    RETURN v_role;
END $$;
