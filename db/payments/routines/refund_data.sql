-- What events of a refund say about it (api.refund_payload).
-- Callers:   record_refund, mark_refund_completed, mark_refund_failed, settle_refund.
CREATE OR REPLACE FUNCTION payments.refund_data(
    refund_id uuid, payment_id uuid, status text, amount bigint, currency text, reason text,
    failure_code text DEFAULT NULL, settled_by text DEFAULT NULL
)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN jsonb_build_object('refund_id', refund_id, 'payment_id', payment_id, 'status', status, 'amount', amount,
                          'currency', currency, 'reason', reason, 'failure_code', failure_code,
                          'settled_by', settled_by);

GRANT EXECUTE ON FUNCTION payments.refund_data TO store_api;
