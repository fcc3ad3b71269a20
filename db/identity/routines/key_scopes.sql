-- The scope that an API key needs for each function of schema api, from the system catalog and the deployed files. This
-- is the only place that decides it:
--   domain   the folder of the function's file, db/<domain>/api/<function>.sql or …/service/…
--   mode     read if the function is STABLE, which every GET is and nothing else (api/contract/matching.py); or write.
-- The empty scope: any key may call it. NULL: no key may, because it
--   is about log-ins or proves who sits at the screen: it calls require_session() or require_fresh() in every case, or
--   authenticate() for a session that sets up a second factor; or
--   has no scope: a function of audit or monitor, one for the shop's services, one without a file.
-- A function that calls require_fresh() in some cases only has its scope, and refuses in those cases.
-- Callers:   authenticate_key (one function), api.list_key_scopes (all).
-- Definer:   the list of files belongs to the deployment.
CREATE OR REPLACE FUNCTION identity.key_scopes(only_function name DEFAULT NULL)
RETURNS TABLE (function_name name, scope text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.proname,
           CASE
               -- for the web tier, around the function that does the work and is checked itself
               WHEN p.proname IN ('check_caller', 'check_importer', 'claim_idempotency_key') THEN ''
               WHEN p.prosrc ~ '(\n    PERFORM identity\.require_(session|fresh)\(\);|enrolling => true)' THEN NULL
               -- of a function that reads
               WHEN p.provolatile = 'v' AND p.proname NOT IN (
                   'open_order_stream', 'begin_payout_export', 'begin_product_export')
                   THEN d.domain || ':write'
               ELSE d.domain || ':read' END
    FROM pg_proc AS p
    -- All paths that the file may have at once. A comparison for each took 0.7 s for all functions, at each start of a
    -- web process, and 4 ms for one function, at each request with a key.
    LEFT JOIN LATERAL (
        SELECT split_part(f.file, '/', 2) AS domain FROM migration.files AS f
        WHERE f.file = ANY (ARRAY(
            SELECT 'db/' || d.name || '/' || kind || '/' || p.proname || '.sql'
            FROM unnest('{identity,catalog,sales,payments,ledger,fulfilment,billing,messaging,report}'::text[])
                     AS d (name),
                 unnest('{api,service}'::text[]) AS kind))
        LIMIT 1
    ) AS d ON true
    WHERE p.pronamespace = 'api'::regnamespace
      AND (key_scopes.only_function IS NULL OR p.proname = key_scopes.only_function)
      AND has_function_privilege('app_admin', p.oid, 'EXECUTE')
$$;

GRANT EXECUTE ON FUNCTION identity.key_scopes TO store_api;
