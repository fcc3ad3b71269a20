-- The next payments of a comparison, in the order of their ids: those of the period, those with a refund in it, and
-- those that the gateway's books name, also those whose exchange is not booked. `agrees`: there is nothing to book, to
-- note or to explain.
-- Callers:   the worker, `storeproc reconcile`.
CREATE TYPE api.reconciliation_refund AS (id uuid, reference text, amount bigint, status text);

CREATE TYPE api.reconciliation_item AS (payment_id uuid, agrees boolean, refunds api.reconciliation_refund[]);

CREATE FUNCTION api.list_payments_to_reconcile(run_id uuid, "limit" api.page_limit DEFAULT 100)
RETURNS api.reconciliation_item[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_run   payments.reconciliation_runs;
    v_after uuid;
    v_first uuid;
    v_limit CONSTANT integer := coalesce(list_payments_to_reconcile."limit", 100);
    v_ids   uuid[];
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT * INTO v_run FROM payments.reconciliation_runs AS r
    WHERE r.id = list_payments_to_reconcile.run_id AND r.status = 'comparing';
    IF NOT FOUND THEN
        RETURN '{}';
    END IF;
    v_after := coalesce(v_run.position, '00000000-0000-0000-0000-000000000000')::uuid;
    -- A payment's id tells when it began; none takes longer than a month until it is completed.
    v_first := uuidv7(v_run.since - interval '31 days' - now());
    SELECT array_agg(i.id ORDER BY i.id) INTO v_ids
    FROM (
        (SELECT p.id FROM payments.payments AS p
         WHERE p.id > v_after AND p.id >= v_first AND p.provider = v_run.provider AND p.created_at < v_run.until
           AND greatest(p.completed_at, p.created_at) >= v_run.since
         ORDER BY p.id LIMIT v_limit)
        UNION
        (SELECT r.payment_id FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id
         WHERE r.payment_id > v_after AND r.completed_at >= v_run.since AND p.provider = v_run.provider
         GROUP BY r.payment_id ORDER BY r.payment_id LIMIT v_limit)
        UNION
        (SELECT m.payment_id FROM payments.gateway_movements AS m
         WHERE m.run_id = v_run.id AND m.payment_id > v_after
         GROUP BY m.payment_id ORDER BY m.payment_id LIMIT v_limit)
        UNION
        (SELECT m.payment_id FROM payments.gateway_movements AS m
         WHERE m.provider = v_run.provider AND m.settled_currency IS NOT NULL AND NOT m.exchanged
           AND m.payment_id > v_after
         GROUP BY m.payment_id ORDER BY m.payment_id LIMIT v_limit)
        UNION
        (SELECT d.payment_id FROM payments.reconciliation_differences AS d
         WHERE d.provider = v_run.provider AND d.explained_at IS NULL AND d.payment_id > v_after
         GROUP BY d.payment_id ORDER BY d.payment_id LIMIT v_limit)
        ORDER BY id LIMIT v_limit
    ) AS i;
    RETURN ARRAY(
        SELECT ROW(
            i.id,
            NOT EXISTS (SELECT FROM payments.compare_books(ARRAY[i.id], v_run.since, payments.settled_until(v_run.id))
                        AS c WHERE c.ours <> c.theirs)
            AND NOT EXISTS (SELECT FROM payments.reconciliation_differences AS d
                            WHERE d.payment_id = i.id AND d.explained_at IS NULL),
            ARRAY(SELECT ROW(r.id, r.provider_reference, r.amount, r.status)::api.reconciliation_refund
                  FROM payments.refunds AS r
                  WHERE r.payment_id = i.id AND r.provider_reference IS NOT NULL AND r.status <> 'failed'
                  ORDER BY r.id)
        )::api.reconciliation_item
        FROM unnest(v_ids) AS i (id) ORDER BY i.id);
END $$;

COMMENT ON FUNCTION api.list_payments_to_reconcile IS
'The next payments to reconcile

For the worker.';

GRANT EXECUTE ON FUNCTION api.list_payments_to_reconcile TO app_worker;
