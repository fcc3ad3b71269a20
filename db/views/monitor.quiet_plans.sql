-- No view: routines that find somebody by an e-mail plan for any, so that the plan of a slow one in the log shows $1 and not whom. This stands here
-- because views are made at each deployment, after the routines: CREATE OR REPLACE forgets what ALTER FUNCTION has set. PL/pgSQL only, since a
-- setting keeps an SQL function from being inlined. (auto_explain.log_nested_statements = off would say nothing about plans, and takes a right that
-- a database restored elsewhere may lack: then nobody could log in. What is typed into the product search is in the plan of a slow search.)
DO $$
DECLARE
    v_routine regprocedure;
BEGIN
    FOR v_routine IN
        SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
        WHERE p.proowner = 'store_owner'::regrole AND l.lanname = 'plpgsql' AND 'email' = ANY (p.proargnames[1:p.pronargs])
          AND NOT coalesce(array_to_string(p.proconfig, ',') ~ 'plan_cache_mode', false)
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET plan_cache_mode = force_generic_plan', v_routine);
    END LOOP;
END $$;
