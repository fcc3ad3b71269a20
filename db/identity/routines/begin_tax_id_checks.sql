-- Asks again about tax ids that are due: those that no service has answered about, once a day, and answers that are old
-- (see record_tax_id_check). One whose job is still in the queue has no second one; one that neither the account nor a
-- pending order uses is not asked about again.
-- Callers:   api.begin_tax_id_checks.
-- Returns:   how many are asked about: at most 100 a call, spread over ten minutes, since services refuse more.
-- Locks:     the rows of the tax ids; those that are locked are left for the next call.
-- Definer:   row security hides the rows of customers from the worker; a job is added to the queue.
CREATE OR REPLACE FUNCTION identity.begin_tax_id_checks(prefixes text[])
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_waiting CONSTANT text[] := ARRAY(SELECT q.payload ->> 'check_id' FROM messaging.outbox AS q
                                       WHERE q.done_at IS NULL AND q.kind = 'verify_tax_id');
    v_check   record;
    v_count   bigint := 0;
BEGIN
    FOR v_check IN
        SELECT c.id, EXISTS (SELECT FROM identity.accounts AS a WHERE a.id = c.account_id AND a.tax_id = c.tax_id)
                   OR EXISTS (SELECT FROM identity.addresses AS d
                              WHERE d.account_id = c.account_id AND d.tax_id = c.tax_id)
                   OR EXISTS (SELECT FROM sales.orders AS o
                              WHERE o.account_id = c.account_id AND o.status = 'pending'
                                AND o.buyer_tax_id = c.tax_id) AS used
        FROM identity.tax_id_checks AS c
        WHERE c.check_at <= now() AND left(c.tax_id, 2) = ANY (begin_tax_id_checks.prefixes)
        ORDER BY c.check_at
        LIMIT 100
        FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        UPDATE identity.tax_id_checks AS c
        SET check_at = CASE WHEN v_check.used THEN now() + interval '1 day' END
        WHERE c.id = v_check.id;
        IF v_check.used AND v_check.id::text <> ALL (v_waiting) THEN
            PERFORM messaging.enqueue_job('verify_tax_id', jsonb_build_object('check_id', v_check.id),
                                          now() + v_count * interval '6 seconds');
            v_count := v_count + 1;
        END IF;
    END LOOP;
    RETURN v_count;
END $$;

GRANT EXECUTE ON FUNCTION identity.begin_tax_id_checks TO store_api;
