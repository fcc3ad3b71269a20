-- Prints the statements that create the roles of this database where they are missing: the roles that own something in
-- it or have privileges, and their memberships. Without passwords (`storeproc migrate` sets them, from the secret),
-- and without administrators: superusers, the database's owner, the role that runs this if it is not store_backup. Run
-- by backup.sh.
WITH RECURSIVE named (oid) AS (
    SELECT d.refobjid FROM pg_catalog.pg_shdepend AS d, pg_catalog.pg_database AS b
    WHERE b.datname = current_database() AND d.refclassid = 'pg_authid'::regclass
      AND (d.dbid = b.oid OR (d.dbid = 0 AND d.classid = 'pg_database'::regclass AND d.objid = b.oid))
    UNION
    SELECT CASE WHEN m.member = n.oid THEN m.roleid ELSE m.member END
    FROM named AS n
    JOIN pg_catalog.pg_roles AS r ON r.oid = n.oid AND NOT r.rolsuper AND r.rolname !~ '^pg_'
    JOIN pg_catalog.pg_auth_members AS m ON n.oid IN (m.member, m.roleid)
), ours AS (
    SELECT r.* FROM pg_catalog.pg_roles AS r JOIN named AS n ON n.oid = r.oid
    WHERE NOT r.rolsuper AND r.rolname !~ '^pg_'
      AND r.oid <> (SELECT b.datdba FROM pg_catalog.pg_database AS b WHERE b.datname = current_database())
      AND (r.rolname <> current_user OR r.rolname = 'store_backup')
), statements (step, role, body) AS (
    SELECT 1, r.rolname, format('CREATE ROLE %I %s %s CONNECTION LIMIT %s;', r.rolname,
                                CASE WHEN r.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
                                CASE WHEN r.rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END,
                                r.rolconnlimit)
        || coalesce((
            SELECT string_agg(
                format(' ALTER ROLE %I SET %I TO %s;', r.rolname, split_part(c, '=', 1),
                       -- a list is quoted item by item already
                       CASE WHEN split_part(c, '=', 1)
                                 IN ('search_path', 'temp_tablespaces', 'session_preload_libraries')
                            THEN substr(c, strpos(c, '=') + 1)
                            ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END),
                '' ORDER BY c)
            FROM pg_catalog.pg_db_role_setting AS s, unnest(s.setconfig) AS c
            WHERE s.setrole = r.oid AND s.setdatabase = 0), '')
        || CASE WHEN r.rolreplication
                THEN format(' BEGIN ALTER ROLE %I REPLICATION; '
                            'EXCEPTION WHEN insufficient_privilege THEN RAISE WARNING ''%I needs REPLICATION''; END;',
                            r.rolname, r.rolname) ELSE '' END
        || CASE WHEN r.rolbypassrls
                THEN format(' BEGIN ALTER ROLE %I BYPASSRLS; '
                            'EXCEPTION WHEN insufficient_privilege THEN RAISE WARNING ''%I needs BYPASSRLS''; END;',
                            r.rolname, r.rolname) ELSE '' END
    FROM ours AS r
    UNION ALL
    SELECT 2, p.rolname || ' ' || r.rolname,
           format('IF NOT EXISTS (SELECT FROM pg_catalog.pg_auth_members '
                  'WHERE roleid = %L::regrole AND member = %L::regrole) THEN '
                  'GRANT %I TO %I WITH INHERIT %s, SET %s; END IF;', quote_ident(p.rolname), quote_ident(r.rolname),
                  p.rolname, r.rolname, m.inherit_option::text, m.set_option::text)
    FROM pg_catalog.pg_auth_members AS m
    JOIN ours AS r ON r.oid = m.member
    JOIN pg_catalog.pg_roles AS p ON p.oid = m.roleid
    WHERE NOT p.rolsuper
)
SELECT CASE s.step
    WHEN 1 THEN format('DO $role$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = %L) THEN %s '
                       'END IF; END $role$;', s.role, s.body)
    ELSE format('DO $role$ BEGIN %s EXCEPTION WHEN insufficient_privilege THEN RAISE WARNING %L; END $role$;',
                s.body, 'not granted: ' || replace(s.role, ' ', ' to ')) END
FROM statements AS s ORDER BY s.step, s.role;
