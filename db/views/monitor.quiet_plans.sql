-- No view: routines that look somebody up by what was typed do not have their statements explained in the log, where the plan would show it. This
-- stands here because views are made at each deployment, after the routines: CREATE OR REPLACE forgets what ALTER FUNCTION has set. PL/pgSQL only,
-- since a setting keeps an SQL function from being inlined. Without the right to set it (an administrator who is no superuser) nothing happens.
DO $$
DECLARE
    v_routine regprocedure;
BEGIN
    IF NOT has_parameter_privilege('auto_explain.log_nested_statements', 'SET') THEN
        RETURN;
    END IF;
    FOR v_routine IN
        SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
        WHERE p.proowner = 'store_owner'::regrole AND l.lanname = 'plpgsql' AND p.proargnames && ARRAY['email', 'q', 'query']
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET auto_explain.log_nested_statements = off', v_routine);
    END LOOP;
END $$;
