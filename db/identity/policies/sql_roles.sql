-- The owners of SQL roles: neither web roles nor analysts may read them. The views for both groups call the functions
-- in them as the reader.
REVOKE ALL ON identity.sql_roles FROM store_api;
GRANT USAGE ON SCHEMA report TO app_readonly, app_merchant_sql;
