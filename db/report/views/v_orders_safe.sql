-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_orders_safe WITH (security_barrier) AS
SELECT o.id AS order_id, o.number, o.account_id, o.status, o.cancel_reason, o.currency, o.subtotal, o.discount,
       o.tax, o.tax_included, o.shipping, o.total, o.amount_paid, o.amount_refunded, o.promo_code,
       o.shipping_address ->> 'country' AS country, o.created_at, o.paid_at,
       c.minor_units AS currency_exponent
FROM sales.orders AS o
LEFT JOIN catalog.currencies AS c ON c.code = o.currency;

COMMENT ON VIEW report.v_orders_safe IS 'Orders, with the country of their address only. Amounts in minor units.';
COMMENT ON COLUMN report.v_orders_safe.order_id IS 'The order.';
COMMENT ON COLUMN report.v_orders_safe.number IS 'The number that customers see.';
COMMENT ON COLUMN report.v_orders_safe.account_id IS 'The account: report.v_customers_safe.';
COMMENT ON COLUMN report.v_orders_safe.status IS 'pending, paid, shipped, delivered or cancelled.';
COMMENT ON COLUMN report.v_orders_safe.cancel_reason IS 'Why it was cancelled; null if it was not.';
COMMENT ON COLUMN report.v_orders_safe.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.v_orders_safe.subtotal IS 'Minor units: the lines before discount.';
COMMENT ON COLUMN report.v_orders_safe.discount IS 'Minor units: what promotions took off.';
COMMENT ON COLUMN report.v_orders_safe.tax IS 'Minor units: all taxes, those included in prices too.';
COMMENT ON COLUMN report.v_orders_safe.tax_included IS 'Minor units: the part of tax that is in the prices.';
COMMENT ON COLUMN report.v_orders_safe.shipping IS 'Minor units.';
COMMENT ON COLUMN report.v_orders_safe.total IS 'Minor units: what is to be paid.';
COMMENT ON COLUMN report.v_orders_safe.amount_paid IS 'Minor units, paid so far.';
COMMENT ON COLUMN report.v_orders_safe.amount_refunded IS 'Minor units, given back so far.';
COMMENT ON COLUMN report.v_orders_safe.promo_code IS 'The codes of promotions, separated by commas; null: none.';
COMMENT ON COLUMN report.v_orders_safe.country IS 'The country of the address, ISO 3166-1; null: no address.';
COMMENT ON COLUMN report.v_orders_safe.created_at IS 'When it was placed.';
COMMENT ON COLUMN report.v_orders_safe.paid_at IS 'When it was paid; null until then.';
COMMENT ON COLUMN report.v_orders_safe.currency_exponent IS
'How many digits minor units are: amount / 10 ^ currency_exponent is in whole units.';
GRANT SELECT ON report.v_orders_safe TO app_readonly;
