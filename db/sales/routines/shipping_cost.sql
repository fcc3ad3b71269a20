-- What the shipping of an order costs the buyer, with the tax that is added to it: so much of it can be refunded.
-- Without SET, so that it can be inlined into the calling query.
-- Callers:   api.create_refund, payments.freeze_shares, payments.spread_refund.
CREATE OR REPLACE FUNCTION sales.shipping_cost(o sales.orders)
RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN o.shipping + o.shipping_tax - o.shipping_tax_included;

GRANT EXECUTE ON FUNCTION sales.shipping_cost TO store_api;
