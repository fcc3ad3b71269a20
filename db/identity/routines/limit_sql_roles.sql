-- Gives the log-ins of analysts and merchants their limits, so that no forgotten query or open transaction keeps the
-- vacuum waiting, and no statement fills the disk. A limit that was set by hand for an analyst stays; a merchant's
-- limits are set again. (Roles can change time limits for their own sessions, but not temp_file_limit.)
-- Callers:   identity.make_analyst_role, make_sql_role; each deployment, as administrator (who may alter roles).
-- Locks:     none.
CREATE OR REPLACE FUNCTION identity.limit_sql_roles()
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_role  name;
    v_limit record;
BEGIN
    FOR v_role IN
        SELECT r.rolname FROM pg_auth_members AS m
        JOIN pg_roles AS r ON r.oid = m.member AND r.rolcanlogin AND NOT r.rolsuper
        WHERE m.roleid = 'app_merchant_sql'::regrole AND r.rolconnlimit <> 5
    LOOP
        BEGIN
            EXECUTE format('ALTER ROLE %I CONNECTION LIMIT 5', v_role);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING '% may take all connections: run ALTER ROLE % CONNECTION LIMIT 5 as a superuser.',
                v_role, v_role;
        END;
    END LOOP;
    FOR v_limit IN
        SELECT r.rolname, l.name, l.setting
        FROM (VALUES
            ('app_readonly', 'statement_timeout', '5min', false),
            ('app_readonly', 'transaction_timeout', '15min', false),
            ('app_readonly', 'idle_in_transaction_session_timeout', '60s', false),
            ('app_readonly', 'lock_timeout', '5s', false),
            ('app_merchant_sql', 'statement_timeout', '60s', true),
            ('app_merchant_sql', 'transaction_timeout', '5min', true),
            ('app_merchant_sql', 'idle_in_transaction_session_timeout', '60s', true),
            ('app_merchant_sql', 'work_mem', '4MB', true),
            ('app_merchant_sql', 'temp_file_limit', '256MB', true)
        ) AS l (role_group, name, setting, always)
        JOIN pg_auth_members AS m ON m.roleid = l.role_group::regrole
        JOIN pg_roles AS r ON r.oid = m.member AND r.rolcanlogin AND NOT r.rolsuper
        WHERE NOT EXISTS (
            SELECT FROM pg_db_role_setting AS s CROSS JOIN LATERAL unnest(s.setconfig) AS c
            WHERE s.setrole = r.oid
              AND CASE WHEN l.always THEN s.setdatabase = 0 AND c = l.name || '=' || l.setting
                       ELSE c LIKE l.name || '=%' END)
    LOOP
        BEGIN
            EXECUTE format('ALTER ROLE %I SET %I = %L', v_limit.rolname, v_limit.name, v_limit.setting);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING '% has no %: run ALTER ROLE % SET % = ''%'' as a superuser.',
                v_limit.rolname, v_limit.name, v_limit.rolname, v_limit.name, v_limit.setting;
        END;
    END LOOP;
END $$;
