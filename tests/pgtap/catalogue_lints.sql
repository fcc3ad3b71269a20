-- Rules of the house that the catalogue itself can prove. Each query lists offenders; none is the only right answer.
BEGIN;
SELECT plan(32);

-- Ours is what is not PostgreSQL's, an extension's or pgTAP's: a new schema is in by itself.
CREATE TEMPORARY VIEW ours AS
SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
WHERE nspname !~ '^(pg_.*|information_schema|extensions|tap|tests)$';

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p JOIN ours AS n ON n.oid = p.pronamespace
    WHERE p.prosecdef AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
$$, 'every SECURITY DEFINER function pins search_path to pg_catalog, pg_temp');

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p
    JOIN ours AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
    WHERE l.lanname = 'plpgsql' AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
$$, 'every PL/pgSQL function pins search_path');

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p JOIN ours AS n ON n.oid = p.pronamespace
    WHERE (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = 0))
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
    WHERE n.nspname IN ('identity', 'catalog', 'sales', 'payments', 'ledger', 'billing', 'fulfilment', 'messaging',
                        'audit')
      AND p.proowner <> 'store_owner'::regrole
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
    'begin_password_reset', 'begin_session', 'create_account', 'create_session', 'refresh_session',
    'get_schema_version', 'request_password_reset', 'confirm_password_reset', 'get_password_words',
    'list_categories', 'list_products', 'get_product_facets', 'get_product', 'get_next_price_change', 'list_prices',
    'list_bundles', 'get_bundle', 'list_bundle_prices', 'list_shipping_methods', 'list_countries', 'list_regions',
    'claim_idempotency_key', 'store_idempotent_answer', 'list_key_scopes', 'list_currencies',
    'list_provider_names', 'list_event_types', 'create_guest', 'get_shop'
], 'what nobody need log in for is this list, and no more');

SELECT is_empty($$ SELECT proname FROM endpoints WHERE NOT prosecdef $$, 'every endpoint is SECURITY DEFINER');

SELECT is_empty($$
    SELECT e.proname FROM endpoints AS e WHERE obj_description(e.oid, 'pg_proc') IS NULL
$$, 'every endpoint has its documentation');

SELECT is_empty($$
    SELECT c.conrelid::regclass, c.conname FROM pg_constraint AS c
    WHERE c.contype = 'f' AND c.conenforced AND c.conrelid::regclass::text !~ '^(migration|extensions)\.'
      AND NOT EXISTS (
          SELECT FROM pg_index AS i
          WHERE i.indrelid = c.conrelid AND (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey)
$$, 'every foreign key that is enforced has an index that begins with its columns');

SELECT is_empty($$
    SELECT i.indexrelid::regclass, other.indexrelid::regclass
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid JOIN ours AS n ON n.oid = c.relnamespace
    JOIN pg_index AS other ON other.indrelid = i.indrelid AND other.indexrelid <> i.indexrelid
    JOIN pg_class AS o ON o.oid = other.indexrelid AND o.relam = c.relam
    WHERE NOT i.indisunique AND i.indpred IS NULL AND other.indpred IS NULL AND i.indexprs IS NULL
      AND (other.indkey::smallint[])[0:i.indnkeyatts - 1] = (i.indkey::smallint[])[0:i.indnkeyatts - 1]
      AND (other.indclass::oid[])[0:i.indnkeyatts - 1] = (i.indclass::oid[])[0:i.indnkeyatts - 1]
      -- One column is read either way.
      AND (i.indnkeyatts = 1
           OR (other.indoption::smallint[])[0:i.indnkeyatts - 1] = (i.indoption::smallint[])[0:i.indnkeyatts - 1])
$$, 'no index is the beginning of another one');

SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('identity', 'sales', 'payments', 'ledger', 'billing', 'fulfilment')
      AND EXISTS (SELECT FROM pg_attribute AS a
                  WHERE a.attrelid = c.oid AND a.attname IN ('account_id', 'owner_id') AND NOT a.attisdropped)
      AND NOT c.relrowsecurity
      AND (SELECT count(*) FROM aclexplode(c.relacl) AS x WHERE x.grantee = 'store_api'::regrole) > 0
$$, 'a table with a customer''s rows that the api can reach has row security');

SELECT is_empty($$
    SELECT c.oid::regclass, r.rolname
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace CROSS JOIN pg_roles AS r
    WHERE n.nspname IN ('identity', 'catalog', 'sales', 'payments', 'ledger', 'billing', 'fulfilment', 'messaging',
                        'audit', 'migration')
      AND c.relkind IN ('r', 'p', 'v', 'm') AND r.rolname ~ '^(web|app)_'
      AND (has_table_privilege(r.oid, c.oid, 'SELECT,INSERT,UPDATE,DELETE,TRUNCATE')
           OR has_any_column_privilege(r.oid, c.oid, 'SELECT,INSERT,UPDATE'))
$$, 'no web role holds a privilege on a table or view');

SELECT is_empty($$
    SELECT p.oid::regprocedure, r.rolname
    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace CROSS JOIN pg_roles AS r
    WHERE n.nspname IN ('identity', 'catalog', 'sales', 'payments', 'ledger', 'billing', 'fulfilment', 'messaging',
                        'audit')
      AND r.rolname ~ '^(web|app)_'
      AND has_schema_privilege(r.oid, n.oid, 'USAGE')
$$, 'no web role may even name what lies behind the door');

SELECT is_empty($$
    SELECT rolname FROM pg_roles WHERE (rolname ~ '^(web|app)_' OR rolname IN ('store_api', 'store_owner'))
      AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)
$$, 'no role of ours is more than it needs to be');

-- --- rights --------------------------------------------------------------------------------------

SELECT is_empty($$
    SELECT r.rolname, d.type
    FROM (VALUES ('store_owner'), ('store_api')) AS r (rolname) CROSS JOIN (VALUES ('f'::"char")) AS d (type)
    WHERE NOT EXISTS (
        SELECT FROM pg_default_acl AS a
        WHERE a.defaclrole = r.rolname::regrole AND a.defaclnamespace = 0 AND a.defaclobjtype = d.type
          AND NOT EXISTS (SELECT FROM aclexplode(a.defaclacl) AS x WHERE x.grantee = 0))
$$, 'and no function that is made later will be');

SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class AS c JOIN ours AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v' AND c.relpersistence <> 't'
      AND NOT coalesce(array_to_string(c.reloptions, ' ') ~ 'security_(barrier|invoker)=(true|on)', false)
$$, 'every view is a barrier, or asks as its reader');

SELECT is_empty($$
    SELECT c.oid::regclass, a.attname FROM pg_class AS c JOIN ours AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relkind = 'm' AND a.attname ~ '(account|merchant|customer|owner|actor|order)_id|email|name$'
      AND EXISTS (SELECT FROM aclexplode(c.relacl) AS x WHERE x.grantee <> c.relowner)
$$, 'a materialised view that somebody but its owner reads has no person in it: row security does not reach it');

-- Tables without policies hold public data or the shop's own settings, which api functions change for an admin; never a
-- person's row.
SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class AS c JOIN ours AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
      AND (EXISTS (SELECT FROM aclexplode(c.relacl) AS x WHERE x.grantee <> c.relowner)
           OR EXISTS (SELECT FROM pg_attribute AS a CROSS JOIN LATERAL aclexplode(a.attacl) AS x
                      WHERE a.attrelid = c.oid AND x.grantee <> c.relowner))
      AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid))
      AND c.oid::regclass::text <> ALL (ARRAY[
          'catalog.currencies', 'catalog.categories', 'catalog.stock', 'catalog.stock_parts', 'catalog.stock_movements',
          'catalog.search_words', 'catalog.countries', 'catalog.regions', 'catalog.region_names',
          'sales.settings', 'sales.order_transitions', 'sales.tax_rates', 'sales.tax_exemptions',
          'sales.shipping_methods', 'sales.shipping_rates', 'payments.providers', 'payments.payment_transitions',
          'payments.provider_limits', 'ledger.limits', 'billing.sellers', 'fulfilment.carriers',
          'fulfilment.shipment_transitions', 'fulfilment.return_transitions', 'report.settings', 'report.refreshes',
          'migration.deployed', 'migration.deployments'])
      AND n.nspname <> 'monitor'    -- counts and times, read by whoever watches the database
$$, 'every table has policies, or only its owner has privileges on it, or it is on the list of tables without persons');

SELECT is_empty($$
    SELECT c.oid::regclass, a.attname FROM pg_class AS c JOIN ours AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relrowsecurity
      AND a.attname ~ '^(account_id|owner_id|email|phone|line1|secret|inner_pad|token_hash|proof)$'
      AND c.oid <> 'billing.sellers'::regclass
      AND EXISTS (SELECT FROM aclexplode(c.relacl) AS x WHERE x.grantee <> c.relowner)
$$, 'and what is on that list has no column of a person (the seller is the shop)');

SELECT is_empty($$
    SELECT p.polrelid::regclass, p.polname FROM pg_policy AS p WHERE p.polroles <> ARRAY['store_api'::regrole::oid]
      -- readers of the publication of events, and of what it publishes
      AND (p.polrelid, p.polroles) <> ('messaging.events'::regclass, ARRAY['store_events'::regrole::oid])
$$, 'every policy is store_api''s: nobody else comes to a table');

SELECT is_empty($$
    SELECT r.rolname, c.oid::regclass
    FROM pg_roles AS r CROSS JOIN pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE r.rolname ~ '^web_' AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'tap', 'extensions')
      AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(r.oid, c.oid, 'USAGE,SELECT,UPDATE')
               WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f')
               THEN has_table_privilege(r.oid, c.oid,
                                        'SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,MAINTAIN')
                    OR has_any_column_privilege(r.oid, c.oid, 'SELECT,INSERT,UPDATE,REFERENCES')
          END
$$, 'no web role holds anything on any relation of ours');

SELECT is_empty($$
    SELECT m.member::regrole, m.roleid::regrole FROM pg_auth_members AS m
    WHERE (m.member::regrole::text ~ '^web_'
           AND m.roleid::regrole::text <> replace(m.member::regrole::text, 'web_', 'app_'))
       OR m.roleid::regrole::text ~ '^(web|merchant)_'
          AND NOT (SELECT r.rolcreaterole FROM pg_roles AS r WHERE r.oid = m.member)
       OR m.roleid IN ('store_owner'::regrole, 'store_api'::regrole)
          AND m.member::regrole::text ~ '^(app|web|store|merchant)_'
       OR m.admin_option AND m.member::regrole::text ~ '^(app|web|store|merchant)_'
$$, 'a log-in is its own audience''s only, and nobody''s to be');

SELECT is_empty($$
    SELECT rolname FROM pg_roles WHERE rolname ~ '^(app|web|store|merchant)_'
      AND (rolsuper OR rolcreaterole OR rolcreatedb OR (rolreplication OR rolbypassrls) AND rolname <> 'store_backup')
$$, 'no log-in of ours is more than it needs to be; store_backup copies everything');

SELECT is_empty($$
    SELECT n.nspname, x.grantee::regrole FROM pg_namespace AS n CROSS JOIN LATERAL aclexplode(n.nspacl) AS x
    WHERE n.nspname NOT LIKE 'pg\_t%' AND x.privilege_type = 'CREATE'
      AND x.grantee NOT IN (n.nspowner, 'pg_database_owner'::regrole)
      AND n.nspname <> 'tap'
    UNION ALL
    SELECT 'public', 0 FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'public', 0 FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'public', 0 FROM pg_type AS t WHERE t.typnamespace = 'public'::regnamespace
$$, 'nobody makes anything in another''s schema, and public is empty');

SELECT is_empty($$
    SELECT x.privilege_type FROM pg_database AS d CROSS JOIN LATERAL aclexplode(d.datacl) AS x
    WHERE d.datname = current_database()
      AND (x.grantee = 0
           OR x.grantee::regrole::text ~ '^(app|web|store_(api|monitor|backup))' AND x.privilege_type <> 'CONNECT')
$$, 'PUBLIC may nothing in this database, and who logs in may enter it and no more');

SELECT is_empty($$
    SELECT lanname FROM pg_language WHERE lanname NOT IN ('internal', 'c', 'sql', 'plpgsql')
    UNION ALL
    SELECT p.oid::regprocedure::text FROM pg_proc AS p
    JOIN ours AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
    WHERE l.lanname NOT IN ('sql', 'plpgsql')
$$, 'no language that reaches outside the database');

SELECT is_empty($$
    SELECT 'relation', c.oid::regclass::text FROM pg_class AS c JOIN ours AS n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> 't' AND c.relowner <> n.nspowner
    UNION ALL
    SELECT 'routine', p.oid::regprocedure::text FROM pg_proc AS p JOIN ours AS n ON n.oid = p.pronamespace
    WHERE p.proowner <> n.nspowner
    UNION ALL
    SELECT 'type', t.oid::regtype::text FROM pg_type AS t JOIN ours AS n ON n.oid = t.typnamespace
    WHERE t.typowner <> n.nspowner
    UNION ALL
    SELECT 'schema', nspname FROM ours
    WHERE nspowner <> CASE nspname WHEN 'api' THEN 'store_api'::regrole
                                   WHEN 'public' THEN 'pg_database_owner'::regrole
                                   ELSE 'store_owner'::regrole END
$$, 'everything in a schema is its owner''s: store_api''s in api, store_owner''s elsewhere');

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p JOIN ours AS n ON n.oid = p.pronamespace
    WHERE p.provolatile <> 'v'
          AND p.prosrc ~ '\m(INSERT INTO|DELETE FROM|UPDATE [a-z_]+\.[a-z_]+|TRUNCATE|FOR (NO KEY )?UPDATE)\M'
       OR p.proparallel = 's' AND p.provolatile = 'v'
       OR p.proleakproof
$$, 'functions that write are VOLATILE, parallel safe ones write nothing, and none claims to be leakproof');

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
    WHERE p.proowner = 'store_owner'::regrole AND l.lanname = 'plpgsql' AND 'email' = ANY (p.proargnames[1:p.pronargs])
      AND NOT coalesce(array_to_string(p.proconfig, ',') ~ 'plan_cache_mode', false)
$$, 'what finds somebody by an e-mail plans for any: the plan of a slow one, in the log, shows $1 and not whom');

SELECT is_empty($$
    SELECT r.rolname, p.oid::regprocedure FROM pg_roles AS r CROSS JOIN pg_proc AS p
    WHERE r.rolname ~ '^(web|merchant)_|^(store_backup|app_readonly)$' AND p.pronamespace = 'pg_catalog'::regnamespace
      AND (p.proname ~ '^lo_|^lo(read|write)$|^pg_(try_)?advisory_|^pg_(read|ls|stat)_(binary_)?(file|dir)'
           OR p.proname IN ('pg_logical_emit_message', 'pg_terminate_backend', 'pg_cancel_backend', 'pg_reload_conf'))
      AND p.proname <> 'pg_advisory_unlock_all' AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
$$, 'large objects, the log, locks of the whole database and other sessions are nobody''s who merely logs in');

SELECT finish();
ROLLBACK;
