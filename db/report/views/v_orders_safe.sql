-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_orders_safe WITH (security_barrier) AS
SELECT o.id AS order_id, o.number, o.account_id, o.status, o.cancel_reason, o.currency, o.subtotal, o.discount,
       o.tax, o.tax_included, o.shipping, o.total, o.amount_paid, o.amount_refunded, o.promo_code,
       o.shipping_address ->> 'country' AS country, o.created_at,
       o.paid_at
FROM sales.orders AS o;

COMMENT ON VIEW report.v_orders_safe IS 'Orders, with the country of their address only. Amounts in minor units.';
GRANT SELECT ON report.v_orders_safe TO app_readonly;
