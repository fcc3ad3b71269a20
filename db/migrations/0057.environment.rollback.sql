ALTER TABLE identity.outside_issuers DROP COLUMN sets_roles;
DROP TABLE identity.environment;
