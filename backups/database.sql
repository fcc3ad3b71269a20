-- Prints the statements that give another database, named by psql's variable "target", the settings and grants of this
-- one: who may connect, its time zone, the mark of production. pg_dump writes them only together with this database's
-- name. Run by backup.sh.
SELECT format('REVOKE ALL ON DATABASE :"target" FROM PUBLIC;')
UNION ALL
SELECT format('GRANT %s ON DATABASE :"target" TO %s;', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type),
              CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
FROM pg_catalog.pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
WHERE d.datname = current_database() AND a.grantee <> d.datdba
GROUP BY a.grantee
UNION ALL
SELECT format('ALTER %s SET %s TO %s;',
              CASE WHEN s.setrole = 0 THEN 'DATABASE :"target"'
                   ELSE format('ROLE %I IN DATABASE :"target"', pg_get_userbyid(s.setrole)) END,
              split_part(c, '=', 1),
              CASE WHEN split_part(c, '=', 1) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries')
                   THEN substr(c, strpos(c, '=') + 1) ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END)
FROM pg_catalog.pg_db_role_setting AS s, unnest(s.setconfig) AS c
WHERE s.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database());
