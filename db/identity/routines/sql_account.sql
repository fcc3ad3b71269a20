-- The merchant whose rows the views report.my_… show: the owner of the log-in role that reads them (session_user, which
-- SET ROLE does not change). Other roles see no rows.
-- Callers:   the views report.my_….
-- Definer:   no caller may read the table of roles.
CREATE OR REPLACE FUNCTION identity.sql_account()
RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT r.account_id
    FROM identity.sql_roles AS r
    JOIN identity.accounts AS a ON a.id = r.account_id AND a.status = 'active' AND a.role = 'merchant'
    WHERE r.role_name = session_user;
END;

GRANT EXECUTE ON FUNCTION identity.sql_account TO app_merchant_sql;
