-- Which SQL role is whose: no web role's, no analyst's. The views of both groups call the functions in them as their
-- reader.
REVOKE ALL ON identity.sql_roles FROM store_api;
GRANT USAGE ON SCHEMA report TO app_readonly, app_merchant_sql;
