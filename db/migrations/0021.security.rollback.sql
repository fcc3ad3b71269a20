DROP INDEX audit.changes_id;
DROP TABLE audit.seal_boundary, audit.erasures, audit.seals;
DROP TABLE identity.sql_roles;
