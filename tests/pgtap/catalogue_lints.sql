-- Rules of the house that the catalogue itself can prove. Each query lists offenders; none is the only right answer.
BEGIN;
SELECT plan(15);

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname IN ('api', 'identity', 'catalog', 'sales', 'payments', 'ledger', 'billing', 'fulfilment', 'messaging', 'audit', 'report', 'monitor')
      AND p.prosecdef AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
$$, 'every SECURITY DEFINER function pins search_path to pg_catalog, pg_temp');

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
    WHERE n.nspname IN ('api', 'identity', 'catalog', 'sales', 'payments', 'ledger', 'billing', 'fulfilment', 'messaging', 'audit', 'report', 'monitor')
      AND l.lanname = 'plpgsql' AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
$$, 'every PL/pgSQL function pins search_path');

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname IN ('api', 'identity', 'catalog', 'sales', 'payments', 'ledger', 'billing', 'fulfilment', 'messaging', 'audit', 'report', 'monitor')
      AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = 0))
$$, 'no function of ours is executable by PUBLIC');

SELECT is_empty($$
    SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'api'::regnamespace GROUP BY p.proname HAVING count(*) > 1
$$, 'no overloads in api');

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p
    WHERE p.pronamespace = 'api'::regnamespace AND p.proowner <> 'store_api'::regrole
$$, 'store_api owns every api function, so that row security applies to it');

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname IN ('identity', 'catalog', 'sales', 'payments', 'ledger', 'billing', 'fulfilment', 'messaging', 'audit') AND p.proowner <> 'store_owner'::regrole
$$, 'store_owner owns every internal routine');

-- An endpoint is an api function that an audience may call.
CREATE TEMPORARY VIEW endpoints AS
SELECT p.oid, p.proname, p.prosrc, p.prosecdef, array_agg(g.rolname ORDER BY g.rolname) AS audiences
FROM pg_proc AS p
CROSS JOIN LATERAL aclexplode(p.proacl) AS a
JOIN pg_roles AS g ON g.oid = a.grantee AND g.rolname LIKE 'app\_%'
WHERE p.pronamespace = 'api'::regnamespace AND a.privilege_type = 'EXECUTE'
GROUP BY p.oid;

SELECT is_empty($$
    SELECT proname FROM endpoints
    WHERE 'app_anonymous' <> ALL (audiences) AND prosrc !~ 'identity\.authenticate(_service)?\('
$$, 'every endpoint that is not for everybody authenticates its caller');

SELECT set_eq($$ SELECT proname::text FROM endpoints WHERE 'app_anonymous' = ANY (audiences) $$, ARRAY[
    'begin_session', 'create_account', 'create_session', 'refresh_session', 'get_schema_version',
    'request_password_reset', 'confirm_password_reset',
    'list_categories', 'list_products', 'get_product_facets', 'get_product', 'get_next_price_change', 'list_prices', 'list_bundles', 'get_bundle', 'list_shipping_methods',
    'claim_idempotency_key', 'store_idempotent_answer'
], 'what nobody need log in for is this list, and no more');

SELECT is_empty($$ SELECT proname FROM endpoints WHERE NOT prosecdef $$, 'every endpoint is SECURITY DEFINER');

SELECT is_empty($$
    SELECT e.proname FROM endpoints AS e WHERE obj_description(e.oid, 'pg_proc') IS NULL
$$, 'every endpoint has its documentation');

SELECT is_empty($$
    SELECT c.conrelid::regclass, c.conname FROM pg_constraint AS c
    WHERE c.contype = 'f' AND c.conrelid::regclass::text !~ '^(migration|extensions)\.'
      AND NOT EXISTS (
          SELECT FROM pg_index AS i
          WHERE i.indrelid = c.conrelid AND (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey)
$$, 'every foreign key has an index that begins with its columns');

SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('identity', 'sales', 'payments', 'ledger', 'billing', 'fulfilment')
      AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname IN ('account_id', 'owner_id') AND NOT a.attisdropped)
      AND NOT c.relrowsecurity
      AND (SELECT count(*) FROM aclexplode(c.relacl) AS x WHERE x.grantee = 'store_api'::regrole) > 0
$$, 'a table with a customer''s rows that the api can reach has row security');

SELECT is_empty($$
    SELECT c.oid::regclass, r.rolname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace CROSS JOIN pg_roles AS r
    WHERE n.nspname IN ('identity', 'catalog', 'sales', 'payments', 'ledger', 'billing', 'fulfilment', 'messaging', 'audit', 'migration')
      AND c.relkind IN ('r', 'p', 'v', 'm') AND r.rolname ~ '^(web|app)_'
      AND (has_table_privilege(r.oid, c.oid, 'SELECT,INSERT,UPDATE,DELETE,TRUNCATE') OR has_any_column_privilege(r.oid, c.oid, 'SELECT,INSERT,UPDATE'))
$$, 'no web role holds a privilege on a table or view');

SELECT is_empty($$
    SELECT p.oid::regprocedure, r.rolname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace CROSS JOIN pg_roles AS r
    WHERE n.nspname IN ('identity', 'catalog', 'sales', 'payments', 'ledger', 'billing', 'fulfilment', 'messaging', 'audit') AND r.rolname ~ '^(web|app)_'
      AND has_schema_privilege(r.oid, n.oid, 'USAGE')
$$, 'no web role may even name what lies behind the door');

SELECT is_empty($$
    SELECT rolname FROM pg_roles WHERE (rolname ~ '^(web|app)_' OR rolname IN ('store_api', 'store_owner'))
      AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)
$$, 'no role of ours is more than it needs to be');

SELECT finish();
ROLLBACK;
