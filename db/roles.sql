-- The cluster's roles. Idempotent: run on every migrate, as an administrator with CREATEROLE.
--
--   owners    store_owner  tables, internal routines, policies          (no login); also temporary tables, which
--                          refreshing a materialised view CONCURRENTLY needs: migrate.py grants that on the database
--             store_api    the api functions; subject to row security   (no login)
--   audiences app_anonymous < app_guest < app_customer < app_merchant   (a larger role may do all a smaller one may)
--                                         app_customer < app_support  < app_admin
--             app_gateway, app_worker                                   (services)
--   groups    app_readwrite = anonymous + guest + customer + merchant: for log-ins of programs of the shop's own that
--             call api functions with people's tokens; app_readonly = the report views, for analyst_… (`storeproc
--             analyst-role`); dba_… (`storeproc dba-role`) are members of the owners: db/docs/dba.md
--             app_merchant_sql = a merchant's own rows in report.my_… (log-in roles merchant_…, created by
--             `storeproc merchant-role`)
--             store_events = the published columns of the event log, for readers of the publication storeproc_events
--             (db/docs/events-stream.md)
--   log-ins   web_<audience>, one connection pool each
--   people    store_backup (replication, reads everything, writes nothing), store_monitor (pg_monitor and the monitor
--             views)
--
-- Passwords are set by migrate.py, from the secret of each consumer (db/server/access.py), as SCRAM verifiers.

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY[
        'store_owner', 'store_api',
        'app_anonymous', 'app_guest', 'app_customer', 'app_merchant', 'app_support', 'app_admin', 'app_gateway',
        'app_worker',
        'app_readwrite', 'app_readonly', 'app_merchant_sql', 'store_events'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN NOINHERIT', v_role);
        END IF;
    END LOOP;

    FOREACH v_role IN ARRAY ARRAY[
        'web_anonymous', 'web_guest', 'web_customer', 'web_merchant', 'web_support', 'web_admin', 'web_gateway',
        'web_worker',
        'store_backup', 'store_monitor'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I LOGIN', v_role);
        END IF;
    END LOOP;
END $$;

-- Roles inherit the privileges of their groups; without INHERIT app_customer could not call app_anonymous's functions.
ALTER ROLE app_anonymous INHERIT;
ALTER ROLE app_guest INHERIT;
ALTER ROLE app_customer INHERIT;
ALTER ROLE app_merchant INHERIT;
ALTER ROLE app_support INHERIT;
ALTER ROLE app_admin INHERIT;
ALTER ROLE app_gateway INHERIT;
ALTER ROLE app_worker INHERIT;
ALTER ROLE app_readwrite INHERIT;
ALTER ROLE app_readonly INHERIT;
ALTER ROLE app_merchant_sql INHERIT;
ALTER ROLE store_events INHERIT;

GRANT app_anonymous TO app_guest;
GRANT app_guest TO app_customer;
-- Version 0.1.0, without guests, granted this. It stays, so that clusters of every age have the same memberships:
-- else a dump of an older one, restored into a new one, would have drifted.
GRANT app_anonymous TO app_customer;
GRANT app_customer TO app_merchant, app_support;
GRANT app_merchant TO app_readwrite;
GRANT app_support, app_merchant TO app_admin;

GRANT app_anonymous TO web_anonymous;
GRANT app_guest TO web_guest;
GRANT app_customer TO web_customer;
GRANT app_merchant TO web_merchant;
GRANT app_support TO web_support;
GRANT app_admin TO web_admin;
GRANT app_gateway TO web_gateway;
GRANT app_worker TO web_worker;

-- On a managed server the administrator may not be allowed to grant this; monitoring then shows less, and everything
-- else works as before.
DO $$
BEGIN
    GRANT pg_monitor TO store_monitor;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'store_monitor is not a member of pg_monitor: grant it as a superuser.';
END $$;

-- What backups need of an administrator, so that no backup job holds the administrator's password: base backups and
-- the write-ahead log (REPLICATION), every row of every table for dumps (BYPASSRLS, pg_read_all_data). A base backup
-- holds the whole cluster, so reading adds nothing to what this role could have already. It can write nothing (but
-- monitor.record_backup). Only a role that has these attributes can give them.
DO $$
BEGIN
    ALTER ROLE store_backup REPLICATION;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'store_backup may not take base backups: give it REPLICATION as a superuser.';
END $$;
DO $$
BEGIN
    ALTER ROLE store_backup BYPASSRLS;
    IF NOT pg_catalog.pg_has_role('store_backup', 'pg_read_all_data', 'USAGE') THEN
        GRANT pg_read_all_data TO store_backup WITH INHERIT TRUE, SET FALSE;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'store_backup may not dump tables: make dumps as the administrator, or give it BYPASSRLS and '
        'pg_read_all_data as a superuser.';
END $$;

-- A web role's session: short statements, short waits, UTC on the wire.
DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY[
        'web_anonymous', 'web_guest', 'web_customer', 'web_merchant', 'web_support', 'web_admin', 'web_gateway',
        'web_worker'
    ] LOOP
        EXECUTE pg_catalog.format('ALTER ROLE %I SET timezone = ''UTC''', v_role);
        EXECUTE pg_catalog.format('ALTER ROLE %I SET statement_timeout = ''10s''', v_role);
        EXECUTE pg_catalog.format('ALTER ROLE %I SET lock_timeout = ''5s''', v_role);
        EXECUTE pg_catalog.format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''10s''', v_role);
        EXECUTE pg_catalog.format('ALTER ROLE %I SET search_path = pg_catalog', v_role);
        -- The connection of a client that disappeared (network, firewall) is closed after a minute, instead of the
        -- system's default of two hours.
        EXECUTE pg_catalog.format('ALTER ROLE %I SET tcp_keepalives_idle = 30', v_role);
        EXECUTE pg_catalog.format('ALTER ROLE %I SET tcp_keepalives_interval = 10', v_role);
        EXECUTE pg_catalog.format('ALTER ROLE %I SET tcp_keepalives_count = 3', v_role);
    END LOOP;
    ALTER ROLE web_worker SET statement_timeout = '60s';
    -- An import is a transaction of several statements.
    ALTER ROLE web_merchant SET transaction_timeout = '60s';
END $$;

-- Monitoring: no forgotten query or open transaction keeps the vacuum waiting. (A dump of store_backup may take hours.
-- Analysts and merchants have their limits from identity.limit_sql_roles, which each deployment calls.)
ALTER ROLE store_monitor SET statement_timeout = '60s';
ALTER ROLE store_monitor SET lock_timeout = '5s';
ALTER ROLE store_monitor SET idle_in_transaction_session_timeout = '60s';

-- Connections of each web role, in per mille of those that are left when 13 are kept for the administrator, monitoring
-- and backups: no role can take those of the others. With max_connections = 120 that is 25 for customers, enough for
-- four web processes with the default POOL_SIZES and their listening connections, or for PgBouncer's nine a role.
-- storeproc.connection_limits = 'own' in the server's configuration leaves the limits as they are: the administrator
-- sets them, for other pools.
DO $$
DECLARE
    v_limit record;
BEGIN
    IF pg_catalog.current_setting('storeproc.connection_limits', true) = 'own' THEN
        RETURN;
    END IF;
    FOR v_limit IN
        SELECT l.role,
               greatest(2, (pg_catalog.current_setting('max_connections')::integer - 13) * l.share / 1000) AS most
        FROM (VALUES ('web_customer', 238), ('web_anonymous', 187), ('web_gateway', 150), ('web_guest', 85),
                     ('web_merchant', 85), ('web_support', 85), ('web_admin', 85), ('web_worker', 85)
             ) AS l (role, share)
        UNION ALL VALUES ('store_monitor', 4), ('store_backup', 8)  -- a dump of 4 tables at a time takes 7
    LOOP
        EXECUTE pg_catalog.format('ALTER ROLE %I CONNECTION LIMIT %s', v_limit.role, v_limit.most);
    END LOOP;
END $$;

-- Statements of web_merchant. Only a superuser can set temp_file_limit.
DO $$
BEGIN
    ALTER ROLE web_merchant SET temp_file_limit = '256MB';
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'merchants'' statements may fill the disk: ALTER ROLE … SET temp_file_limit as a superuser.';
END $$;

-- Statistics of other roles' statements, for the worker's snapshots (monitor.take_snapshot).
DO $$
BEGIN
    IF NOT pg_catalog.pg_has_role('store_owner', 'pg_read_all_stats', 'USAGE') THEN
        GRANT pg_read_all_stats TO store_owner WITH INHERIT TRUE;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'store_owner does not see statistics: GRANT pg_read_all_stats TO store_owner as a superuser.';
END $$;

-- How long the log has waited to be archived (monitor.archive_waiting_seconds).
DO $$
BEGIN
    GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_archive_statusdir() TO store_owner;
EXCEPTION WHEN insufficient_privilege THEN
    NULL;    -- a managed server, which archives by itself
END $$;

-- Keeps personal data out of PostgreSQL's log. Errors of the web roles are not logged there, because their DETAIL
-- quotes rows (such as an e-mail that is taken), and the web tier logs each with its request id. auto_explain does not
-- log statements inside functions for staff, who look people up, because a plan shows the values that it was made for.
-- (Routines that find a person by an e-mail use generic plans, which show no values: see their plan_cache_mode. Turning
-- log_nested_statements off in those routines instead would hide their plans as well, and needs a privilege that a
-- database restored elsewhere may lack: then every log-in would fail.)
DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY[
        'web_anonymous', 'web_guest', 'web_customer', 'web_merchant', 'web_support', 'web_admin', 'web_gateway',
        'web_worker'
    ] LOOP
        EXECUTE pg_catalog.format('ALTER ROLE %I SET log_min_messages = %L', v_role, 'log');
    END LOOP;
    FOREACH v_role IN ARRAY ARRAY['web_support', 'web_admin'] LOOP
        EXECUTE pg_catalog.format('ALTER ROLE %I SET auto_explain.log_nested_statements = off', v_role);
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'the log may quote rows: ALTER ROLE web_… SET log_min_messages = ''log'' as a superuser.';
END $$;

-- Revokes privileges that PostgreSQL grants to PUBLIC and that no session of ours needs: large objects (storage that no
-- grant protects), messages in the write-ahead log (they could fill the disk), advisory locks (a million of them fill
-- the lock table that all sessions share, and a session could hold those that our routines use), and ending other
-- sessions of the same role (all of a pool). These functions belong to the superuser, and only a superuser can revoke
-- the grants. This applies to this database; each other database is changed by its own deployment. For what cannot be
-- revoked, see db/docs/security.md, "What a stolen connection can do".
DO $$
DECLARE
    v_function record;
BEGIN
    FOR v_function IN
        SELECT p.oid::regprocedure AS name, p.proname ~ 'advisory' AS lock, p.proname ~ 'backend' AS session
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace
          AND pg_catalog.has_function_privilege('web_anonymous', p.oid, 'EXECUTE')
          AND (p.proname ~ '^lo_|^lo(read|write)$|^pg_(try_)?advisory_'
               OR p.proname IN ('pg_logical_emit_message', 'pg_terminate_backend', 'pg_cancel_backend'))
          -- harmless, and drivers call it when they take a connection back
          AND p.proname <> 'pg_advisory_unlock_all'
    LOOP
        IF NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user) THEN
            RAISE WARNING 'the web roles may take advisory locks, make large objects and end each other''s sessions: '
                'run db/roles.sql as a superuser.';
            EXIT;
        END IF;
        EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', v_function.name);
        IF v_function.lock THEN
            EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO store_owner, store_api', v_function.name);
        ELSIF v_function.session THEN
            EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO store_owner, store_monitor, pg_signal_backend',
                                      v_function.name);
        END IF;
    END LOOP;
END $$;
