-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_disputes_safe WITH (security_barrier) AS
SELECT d.id AS dispute_id, d.payment_id, d.provider,
       payments.mask_reference(d.case_reference) AS case_reference, d.status, d.amount, d.reason, d.created_at,
       d.closed_at
FROM payments.disputes AS d;

COMMENT ON VIEW report.v_disputes_safe IS 'Disputes, with a masked id of the case at the provider.';
GRANT SELECT ON report.v_disputes_safe TO app_readonly;
