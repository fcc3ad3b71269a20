-- Row trigger of tables that are history: the only change that they allow is to replace a personal value with
-- "[erased]", or that the account of a guest is replaced when an order is claimed. An update, also by the owner of the
-- table, can change nothing else.
-- Trigger arguments: the columns (jsonb) that hold such values, as audit.personal_columns() names them.
-- Callers:   triggers erased_only on messaging.events and erased_only on audit.changes.
-- Errors:    append_only 409.
CREATE OR REPLACE FUNCTION audit.allow_erasure()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_columns CONSTANT text[] := TG_ARGV[0:];
    v_old     CONSTANT jsonb := to_jsonb(OLD);
    v_new     CONSTANT jsonb := to_jsonb(NEW);
    -- an audit row is about a row of another table
    v_table   CONSTANT text := coalesce(v_old ->> 'table_name', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME);
BEGIN
    -- What a guest did follows the order to the account that claims it (sales.claim_orders), as audit.allow_claim has
    -- it.
    IF v_new -> 'account_id' IS DISTINCT FROM v_old -> 'account_id' AND v_new - 'account_id' = v_old - 'account_id'
        AND EXISTS (SELECT FROM identity.accounts AS a
                    WHERE a.id = (v_old ->> 'account_id')::uuid AND a.role = 'guest')
        AND EXISTS (SELECT FROM identity.accounts AS a
                    WHERE a.id = (v_new ->> 'account_id')::uuid AND a.role <> 'guest')
    THEN
        RETURN NEW;
    END IF;
    IF v_new - v_columns IS DISTINCT FROM v_old - v_columns
        OR EXISTS (SELECT FROM unnest(v_columns) AS c
                   WHERE nullif(v_new -> c, 'null')
                         IS DISTINCT FROM audit.without_person(v_table, nullif(v_old -> c, 'null')))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'append_only',
            MESSAGE = format('%s.%s is append-only: history is never rewritten.', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END $$;
