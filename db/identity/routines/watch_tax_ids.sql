-- Keeps a row for each tax id that an account, its addresses and its orders have, and asks for the verification of
-- new ones. Called after a tax id was set, changed or removed.
-- Callers:   create_address, update_address, delete_address, update_account.
-- Locks:     the rows of removed tax ids.
-- Definer:   what services answered is written by no other code; a job is added to the queue.
CREATE OR REPLACE FUNCTION identity.watch_tax_ids(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_current CONSTANT text[] := ARRAY(
        SELECT a.tax_id FROM identity.accounts AS a WHERE a.id = watch_tax_ids.account_id AND a.tax_id IS NOT NULL
        UNION
        SELECT d.tax_id FROM identity.addresses AS d
        WHERE d.account_id = watch_tax_ids.account_id AND d.tax_id IS NOT NULL);
    v_check_id uuid;
BEGIN
    DELETE FROM identity.tax_id_checks AS c
    WHERE c.account_id = watch_tax_ids.account_id AND c.tax_id <> ALL (v_current)
      AND NOT EXISTS (
          SELECT FROM sales.orders AS o
          WHERE o.account_id = watch_tax_ids.account_id AND o.buyer_tax_id = c.tax_id);
    FOR v_check_id IN
        INSERT INTO identity.tax_id_checks AS c (account_id, tax_id, check_at)
        SELECT watch_tax_ids.account_id, t, now() + interval '1 day' FROM unnest(v_current) AS t
        -- One that was not used for a time is asked about again.
        ON CONFLICT ON CONSTRAINT tax_id_check_twice DO UPDATE SET check_at = excluded.check_at WHERE c.check_at IS NULL
        RETURNING c.id
    LOOP
        PERFORM messaging.enqueue_job('verify_tax_id', jsonb_build_object('check_id', v_check_id));
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION identity.watch_tax_ids TO store_api;
