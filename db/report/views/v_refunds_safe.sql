-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_refunds_safe WITH (security_barrier) AS
SELECT r.id AS refund_id, r.payment_id, r.order_id, r.account_id, r.status, r.amount, r.from_order, r.reason,
       payments.mask_reference(r.provider_reference) AS provider_reference, r.failure_code, r.retry_of, r.created_at,
       r.completed_at
FROM payments.refunds AS r;

COMMENT ON VIEW report.v_refunds_safe IS 'Refunds; provider ids are masked as in v_payments_safe.';
GRANT SELECT ON report.v_refunds_safe TO app_readonly;
